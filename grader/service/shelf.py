"""The shelf: the public folders of assignments, as web pages need them; no solution is near."""

import io
import zipfile
from pathlib import Path

from grader.assignment import MANIFEST, Assignment, load, public_files
from grader.errors import AssignmentError
from grader.service.policies import Policy, starting


class Shelf:
    """The assignments of a course folder, read again when their manifest has changed."""

    def __init__(self, course: Path) -> None:
        self.course = course
        self._known: dict[str, tuple[int, Assignment]] = {}

    def names(self) -> list[str]:
        """Return the names of all assignments."""
        return sorted(path.parent.name for path in self.course.glob(f"assignments/*/{MANIFEST}"))

    def assignment(self, name: str) -> Assignment:
        """Return an assignment; raises AssignmentError if there is none or it is not right."""
        try:
            changed = (self.course / "assignments" / name / MANIFEST).stat().st_mtime_ns
        except OSError as error:
            raise AssignmentError(f"{name}: no such assignment on the shelf") from error
        known = self._known.get(name)
        if known is None or known[0] != changed:
            known = changed, load(name, self.course)
            self._known[name] = known
        return known[1]

    def policy(self, name: str) -> Policy:
        """Return the rules that its manifest begins with; raises UsageError if they are none."""
        assignment = self.assignment(name)
        return starting(assignment.policy, str(assignment.folder / MANIFEST))

    def files(self, name: str) -> dict[str, Path]:
        """Return what students are given: path in the assignment -> file.

        A request's path is looked up here, and never made into a path of ours.
        """
        assignment = self.assignment(name)
        return {
            path.relative_to(assignment.folder).as_posix(): path
            for path in public_files(assignment)
        }

    def archive(self, name: str) -> bytes:
        """Return a zip archive of all that students are given."""
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as found:
            for path, file in self.files(name).items():
                found.writestr(f"{name}/{path}", file.read_bytes())
        return buffer.getvalue()
