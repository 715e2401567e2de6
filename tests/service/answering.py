"""A course with one task of text answers, for what staff decide on."""

import json
from pathlib import Path

from tests.conftest import CourseFolder, make_course
from tests.test_review import KEY, STUB, TESTS, scale

RIGHT = scale("scaling", "direction")
OPEN = scale("Making it larger", "direction")  # half of the test's points wait for a person


def course_of_words(folder: Path) -> CourseFolder:
    """Return a course whose task `scale` asks for words; `add` is left out by those who submit."""
    course = make_course(folder)
    (course.public / "scale.py").write_text(STUB)
    (course.private / "scale.py").write_text(RIGHT)
    (course.private / "test_scale.py").write_text(TESTS)
    (course.private / "words.json").write_text(json.dumps(KEY, indent=2))
    return course
