"""Templates and text: how a student's words reach a page without becoming part of it.

Three layers, each enough alone against a script: Jinja escapes whatever it prints, characters
that hide or reorder text are shown as `\\u202e` and the like, and each page carries a
Content-Security-Policy that allows its own style and script by hash and nothing else.
"""

import base64
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from grader.errors import Verdict
from grader.pages.plot import plot

_TEMPLATES = Path(__file__).parent / "templates"
# Control characters but tab and line feed, marks that reorder or hide text, line separators,
# surrogates (no UTF-8 file can hold them), tags.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f"
    "\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff\U000e0000-\U000e007f]"
)


@dataclass(frozen=True)
class Mark:
    """How a verdict looks: a sign, so that colour is not alone in telling it, and words."""

    sign: str
    words: str


MARKS: dict[Verdict, Mark] = {
    "passed": Mark("✓", "passed"),
    "wrong": Mark("✗", "wrong"),
    "missing": Mark("–", "missing"),
    "raised": Mark("E", "raised an error"),
    "timed_out": Mark("T", "timed out"),
    "out_of_memory": Mark("M", "out of memory"),
    "died": Mark("D", "process died"),
    "needs_review": Mark("?", "needs review"),
    "judge_error": Mark("!", "grader fault"),
}
STATUS_WORDS = {
    "graded": "graded",
    "needs_review": "needs review",
    "judge_error": "grader fault",
    "refused": "refused",
}


def render(template: str, *, style: str, script: str = "", **values: object) -> str:
    """Return the page that a template makes of the values.

    style, script: files beside the template, put into the page as they are.
    """
    css = _source(style)
    javascript = _source(script) if script else ""
    return _environment.get_template(template).render(
        # Our own files: the only text that is not escaped.
        style=Markup(css),
        script=Markup(javascript),
        policy=_policy(css, javascript),
        **values,
    )


def visible(text: str) -> str:
    """Return the text with each character that hides, reorders or controls shown as its code."""
    return _INVISIBLE.sub(
        lambda match: match[0].encode("unicode_escape").decode("ascii"),
        text.replace("\r\n", "\n"),
    )


def points(value: float) -> str:
    """Return points with at most two decimals, none of them idle: 7, 7.5, 6.67."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def anchor(task: str, test: str = "") -> str:
    """Return the name of a task's or a test's place in a report page."""
    return f"{task}.{test}" if test else task


def report_link(submission: str, place: str = "") -> str:
    """Return the address of a report page, seen from the class page."""
    fragment = f"#{quoted(place)}" if place else ""
    return f"reports/{quoted(submission)}.html{fragment}"


def quoted(name: str) -> str:
    """Return the name as one part of an address: no slash, quote or percent sign survives."""
    return quote(name, safe="", errors="replace")


def _with_code(text: str) -> Markup:
    """Return the text, escaped, with what stands between backticks set as code."""
    parts = visible(text).split("`")
    if len(parts) % 2 == 0:  # an odd backtick: we would guess where the code ends
        return escape("`".join(parts))
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if index % 2 else escape(part)
        for index, part in enumerate(parts)
    )


def _seen(value: object) -> object:
    """Return what a template is about to print; whatever it is, it is then escaped."""
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _source(name: str) -> str:
    return (_TEMPLATES / name).read_text(encoding="utf-8")


def _policy(style: str, script: str) -> str:
    parts = ["default-src 'none'", f"style-src {_hash(style)}"]
    if script:
        parts.append(f"script-src {_hash(script)}")
    return "; ".join([*parts, "base-uri 'none'", "form-action 'none'"])


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"


def environment(folder: Path) -> Environment:
    """Return what makes pages of the templates in a folder; all that they print is escaped.

    They may include those of this room.
    """
    found = Environment(
        loader=FileSystemLoader([folder, _TEMPLATES]),
        autoescape=True,
        finalize=_seen,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters |= {"points": points, "quoted": quoted, "with_code": _with_code}
    found.globals |= {
        "anchor": anchor,
        "marks": MARKS,
        "plotted": plot,
        "report_link": report_link,
        "status_words": STATUS_WORDS,
    }
    return found


def style() -> str:
    """Return the style of all pages."""
    return _source("style.css")


_environment = environment(_TEMPLATES)
