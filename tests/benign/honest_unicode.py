"""Honest: names, texts and prints in every script. 平均を混ぜる · Среднее · Ελληνικά."""


def σύνολο(ν):
    print("Σ", ν, "🎓", "é", "漢字", "\u00a0", "العربية")
    return sum(ι * ι for ι in range(ν + 1))


total = σύνολο


def blend(x, share):
    μ = x.mean()
    return share * x + (1 - share) * μ
