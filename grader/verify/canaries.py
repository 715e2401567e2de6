"""What no student may see of an assignment: found in its private files, or planted in a copy."""

import ast
import io
import re
import shutil
import tokenize
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from grader.assignment import MISTAKES, SECRET, Reference

LEAST_TEXT = 12  # letters; what is shorter is found by chance
LEAST_LINE = 28
LEAST_DIGITS = 4
# Where a hidden test writes what students are meant to read.
FOR_STUDENTS = {"hint", "hints", "feedback", "name", "names", "where", "place", "parts", "axes"}
FOR_STUDENTS |= {"x_label", "y_label"}
# What says something to them, and the first argument in which it does.
SAYING = {"check": 1, "WrongAnswer": 0, "MissingAnswer": 0, "NeedsReview": 0, "AnswerRaised": 0}
SAYING |= {"draw": 0, "draw_heat_map": 0, "draw_sample": 0}

_TEXT = re.compile(r"""f?("[^"]*"|'[^']*')[\])},]*""")


@dataclass(frozen=True)
class Canary:
    """A piece of text that must not be seen, and where it stands."""

    text: str
    place: str


def of_reference(reference: Reference, public: str) -> list[Canary]:
    """Return the texts, numbers and lines of solutions and hidden tests that tell something.

    Left out is what stands in the public files, too, and what hidden tests say to students.
    """
    found: dict[str, Canary] = {}
    for task in reference.assignment.tasks:
        for path in (reference.solution(task.id), reference.hidden_tests(task.id)):
            source = path.read_text(encoding="utf-8")
            declared = _for_students(ast.parse(source))
            for line, text in _telling(source):
                if text not in public and not any(text in one for one in declared):
                    found.setdefault(text, Canary(text, f"{path.name}, line {line}"))
    secret = reference.assignment.course / "reference" / SECRET
    if secret.is_file():
        text = secret.read_text(encoding="utf-8", errors="replace").strip()
        found[text] = Canary(text, SECRET)
    return list(found.values())


def lines_of_reference(reference: Reference) -> list[Canary]:
    """Return the longer lines of code inside the functions of solutions and hidden tests."""
    return [
        Canary(text, f"{path.name}, line {line}")
        for task in reference.assignment.tasks
        for path in (reference.solution(task.id), reference.hidden_tests(task.id))
        for line, text in _lines_in_functions(path.read_text(encoding="utf-8"))
    ]


def planted_copy(reference: Reference, folder: Path, token: str) -> Path:
    """Return a course folder with a copy of the assignment, its private files full of the token.

    It stands there as a comment, a variable, a text, in what a docstring says below its first
    paragraph, as the secret, in every misconception and in the names of the mistakes.
    """
    own = reference.assignment
    public = folder / "assignments" / own.id
    private = folder / "reference" / own.id
    for source, target in ((own.folder, public), (reference.folder, private)):
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__", ".*"))
    (folder / "reference" / SECRET).write_text(f"{token} {token} {token}")
    for task in own.tasks:
        for path in (private / f"{task.id}.py", private / f"test_{task.id}.py"):
            path.write_text(planted(path.read_text(encoding="utf-8"), token), encoding="utf-8")
    if (private / MISTAKES).is_file():
        table = (private / MISTAKES).read_text(encoding="utf-8")
        table = re.sub(r'^(misconception = ")', rf"\g<1>{token} ", table, flags=re.MULTILINE)
        for mistake in reference.mistakes:
            table = re.sub(
                rf"^\[{re.escape(mistake.name)}\]",
                f"[{mistake.name}_{token}]",
                table,
                flags=re.MULTILINE,
            )
            (private / "mistakes" / mistake.name).rename(
                private / "mistakes" / f"{mistake.name}_{token}"
            )
        (private / MISTAKES).write_text(table, encoding="utf-8")
    return folder


def planted(source: str, token: str) -> str:
    """Return the source with the token in it wherever students do not read."""
    lines = source.splitlines()
    functions = [one for one in ast.walk(ast.parse(source)) if isinstance(one, ast.FunctionDef)]
    for function in sorted(functions, key=lambda one: one.lineno, reverse=True):
        first = function.body[0]
        if first.lineno == function.lineno:
            continue
        indent = " " * first.col_offset
        plant = f'{indent}canary_{token} = "{token}"  # {token}'
        after = first.end_lineno if _is_docstring(first) else first.lineno - 1
        assert after is not None
        lines.insert(after, plant)
        if _is_docstring(first) and lines[after - 1].endswith('"""'):
            lines[after - 1] = f'{lines[after - 1][:-3]}\n\n{indent}{token}\n{indent}"""'
    return "\n".join([*lines, f'CANARY_{token} = "{token}"  # {token}', ""])


def _telling(source: str) -> Iterator[tuple[int, str]]:
    """Yield the comments, texts, numbers and lines from which something can be learned."""
    tree = ast.parse(source)
    docstrings = {id(part) for one in _documented(tree) for part in ast.walk(one.body[0])}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and id(node) not in docstrings:
            if isinstance(node.value, str) and len(node.value.strip()) >= LEAST_TEXT:
                yield node.lineno, node.value.strip()
            if isinstance(node.value, float) and telling_digits(repr(node.value)) >= LEAST_DIGITS:
                yield node.lineno, repr(node.value)
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        text = token.string.lstrip("# ")
        if token.type == tokenize.COMMENT and len(text) >= LEAST_TEXT:
            yield token.start[0], text
    yield from _lines_in_functions(source)


def _lines_in_functions(source: str) -> Iterator[tuple[int, str]]:
    tree = ast.parse(source)
    lines = source.splitlines()
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef):
            body = function.body[1:] if _is_docstring(function.body[0]) else function.body
            for statement in body:
                for number in range(statement.lineno, (statement.end_lineno or 0) + 1):
                    text = lines[number - 1].strip()
                    # A line that is a text and no more is looked for as that, unless declared.
                    if len(text) >= LEAST_LINE and not _TEXT.fullmatch(text):
                        yield number, text


def _for_students(tree: ast.Module) -> set[str]:
    """Return every text that a hidden test gives to students, by whatever names it goes."""
    assigned: dict[str, list[ast.expr]] = {}
    todo: list[ast.expr] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                for name in ast.walk(target):
                    if isinstance(name, ast.Name):
                        assigned.setdefault(name.id, []).append(node.value)
        if isinstance(node, ast.Call):
            todo += [word.value for word in node.keywords if word.arg in FOR_STUDENTS]
            if isinstance(node.func, ast.Name) and node.func.id in SAYING:
                todo += node.args[SAYING[node.func.id] :]
    texts, seen = set(), set()
    while todo:
        for node in ast.walk(todo.pop()):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                texts.add(node.value)
            if isinstance(node, ast.Name) and node.id not in seen:
                seen.add(node.id)
                todo += assigned.get(node.id, [])
    docstrings = (ast.get_docstring(one) or "" for one in _documented(tree))
    return texts | {text.split("\n\n")[0] for text in docstrings}


def _documented(tree: ast.Module) -> Iterator[ast.Module | ast.FunctionDef | ast.ClassDef]:
    for node in ast.walk(tree):
        kinds = (ast.Module, ast.FunctionDef, ast.ClassDef)
        if isinstance(node, kinds) and node.body and _is_docstring(node.body[0]):
            yield node


def _is_docstring(node: ast.stmt) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def telling_digits(number: str) -> int:
    """Return how many digits tell something: none of the zeros at either end."""
    return len(re.sub(r"e.*|\D", "", number).strip("0"))


def seen_in(canaries: Iterable[Canary], text: str) -> Iterator[Canary]:
    """Yield those that stand in the text, as they are or as JSON or a page would write them."""
    for canary in canaries:
        forms = {canary.text, canary.text.replace("\\", "\\\\").replace('"', '\\"')}
        if any(form in text for form in forms):
            yield canary
