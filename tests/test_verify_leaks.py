"""The leak check: what is private and visible is found, wherever that is."""

from pathlib import Path

import pytest

from grader.assignment import load, load_reference
from grader.verify.canaries import lines_of_reference, of_reference, planted, seen_in
from tests.command import grader
from tests.conftest import CourseFolder

LEAKING = '''

@pytest.mark.weight(1)
def test_leaks(both):
    """The answer is that of the solution."""
    got, want = both.add(1234, 4321)
    secret_of_the_test = "a text that only the test knows"
    if got != want:
        raise WrongAnswer({feedback})
'''


def problems(output: str, check: str) -> list[str]:
    lines = output.splitlines()
    place = next(i for i, line in enumerate(lines) if line.startswith(f"✗ {check}"))
    end = next(i for i, line in enumerate(lines[place + 1 :], place + 1) if line[0] != " ")
    return [line.strip() for line in lines[place + 1 : end]]


def add_test(course: CourseFolder, feedback: str) -> None:
    path = course.private / "test_add.py"
    body = LEAKING.format(feedback=feedback)
    path.write_text(f"from grader.errors import WrongAnswer\n{path.read_text()}{body}")


def test_nothing_is_found_where_nothing_leaks(course: CourseFolder) -> None:
    done = grader("verify", "sums", "--seeds", "0", "--mutants", "0", cwd=course.path)

    for check in (
        "✓ nothing private is in the 5 files handed out",
        "✓ nothing private is in what students read",
        "✓ no planted token is in what students read",
    ):
        assert check in done.stdout, done.stdout


def test_a_local_of_a_hidden_test_in_its_feedback_is_found(course: CourseFolder) -> None:
    """Whatever it is that gets out: here all local variables, a token among them."""
    add_test(course, "str(sorted(map(str, locals().values())))")
    done = grader("verify", "sums", "--seeds", "0", "--mutants", "0", cwd=course.path)

    texts = problems(done.stdout, "nothing private is in what students read")
    assert any("a text that only the test knows" in text for text in texts)
    tokens = problems(done.stdout, "no planted token is in what students read")
    assert any("a planted token is in the report of " in text for text in tokens)


def test_the_source_of_a_hidden_test_is_found(course: CourseFolder) -> None:
    add_test(course, "open(__file__).read()")
    done = grader("verify", "sums", "--quick", cwd=course.path)

    texts = problems(done.stdout, "nothing private is in what students read")
    assert any("JSON" in text for text in texts)
    assert any("page" in text for text in texts)
    assert any("got, want = both.add(1234, 4321)" in text for text in texts)


def test_a_solution_in_what_is_handed_out_is_found(course: CourseFolder) -> None:
    line = "    return x * factor + 0.0 * x.sum() - 0.0 * x.sum()"
    path = course.private / "scale.py"
    path.write_text(path.read_text().replace("    return x * factor", line))
    (course.public / "notes.txt").write_text(f"Try this:\n{line}\n")
    done = grader("verify", "sums", "--quick", cwd=course.path)

    [text] = problems(done.stdout, "nothing private is in the 6 files handed out")
    assert text.startswith("scale.py, line 7: stands in notes.txt: return x * factor")


def test_a_number_that_staff_read_is_found(course: CourseFolder) -> None:
    """A value of a failed assertion, in the hint as well."""
    path = course.private / "test_scale.py"
    more = (
        '\n@pytest.mark.weight(1)\ndef test_value(student, rng):\n    """The value is right."""\n'
        "    want = float(rng.standard_normal())\n    got = student.anything(want)\n"
        "    from grader.errors import WrongAnswer\n    if got != want:\n"
        '        raise WrongAnswer(f"expected {want}", staff=f"expected {want}")\n'
    )
    path.write_text(path.read_text() + more)
    done = grader("verify", "sums", "--quick", cwd=course.path)

    texts = problems(done.stdout, "nothing private is in what students read")
    assert any(text.startswith("staff's details: ") for text in texts)


def test_what_a_test_says_to_students_is_no_secret(course: CourseFolder) -> None:
    path = course.private / "test_add.py"
    path.write_text(
        'HINTS = {"first": "look at the first of the numbers"}\n'
        + path.read_text().replace('hint="put them together"', 'hint=HINTS["first"]')
    )
    reference = load_reference(load("sums", course.path))

    assert not any("look at the first" in one.text for one in of_reference(reference, ""))


def test_a_text_for_students_on_a_line_of_its_own_is_none_either(course: CourseFolder) -> None:
    path = course.private / "test_add.py"
    listed = 'hint=" ".join(["look at the first of the numbers,", "then at the second of them"])'
    spread = listed.replace("[", "[\n        ").replace(', "then', ',\n        "then')
    path.write_text(path.read_text().replace('hint="put them together"', spread))
    reference = load_reference(load("sums", course.path))

    assert '\n        "then at the second of them"' in path.read_text()
    for one in (*of_reference(reference, ""), *lines_of_reference(reference)):
        assert "look at the first" not in one.text
        assert "then at the second" not in one.text


def test_a_text_that_is_not_for_students_is_a_secret_on_any_line(course: CourseFolder) -> None:
    path = course.private / "test_add.py"
    source = path.read_text()
    path.write_text(
        f'{source}\n\ndef made():\n    return [\n        "the numbers are primes",\n    ]\n'
    )
    reference = load_reference(load("sums", course.path))

    assert seen_in(of_reference(reference, ""), 'he wrote "the numbers are primes", and more')


def test_an_expected_text_is_a_secret(course: CourseFolder) -> None:
    path = course.private / "scale.py"
    path.write_text(path.read_text().replace('"scaling"', '"multiplication by a number"'))
    reference = load_reference(load("sums", course.path))
    canaries = of_reference(reference, "")

    [seen] = seen_in(canaries, 'he wrote "multiplication by a number"')
    assert seen.place == "scale.py, line 3"
    assert of_reference(reference, "the multiplication by a number") != canaries


def test_lines_of_code_are_those_inside_functions(course: CourseFolder) -> None:
    reference = load_reference(load("sums", course.path))
    lines = {one.text for one in lines_of_reference(reference)}

    assert "got, want = both.add(a, b)" not in lines  # too short to be sure
    assert 'assert_equal(got, want, hint="put them together")' in lines
    assert not any(line.startswith(("def ", "@", "import ", '"""')) for line in lines)


@pytest.mark.parametrize("task", ["lstm_gradients", "glorot_init", "parameter_counts"])
def test_a_planted_file_still_runs(task: str) -> None:
    """Only more comments, variables and texts stand in it."""
    folder = Path(__file__).parent.parent / "reference" / "building_blocks"
    source = (folder / f"test_{task}.py").read_text()
    token = "0123456789abcdef"
    text = planted(source, token)

    compile(text, "planted", "exec")
    assert text.count(token) > 3 * source.count("\ndef ")
    assert text.count("\n@pytest.mark.weight") == source.count("\n@pytest.mark.weight")
