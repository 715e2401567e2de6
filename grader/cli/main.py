"""`grader`: the group of commands, and what an error becomes on a terminal."""

import sys
from typing import Any

import click

from grader import __version__
from grader.cli.backup import backup, restore
from grader.cli.batch import batch
from grader.cli.check import check
from grader.cli.doctor import doctor
from grader.cli.export import export
from grader.cli.grade import grade
from grader.cli.new import new
from grader.cli.pack import pack, packed
from grader.cli.regrade import regrade
from grader.cli.replay import replay
from grader.cli.review import review
from grader.cli.serve import serve
from grader.cli.similar import similar
from grader.cli.start import start
from grader.cli.submit import submit
from grader.cli.verify import verify
from grader.cli.worker import worker
from grader.errors import GraderError, UsageError

INTERRUPTED = 130  # what shells make of Ctrl-C
EXIT_CODES = """\
\b
Exit codes
  0  all is graded, or as it should be
  1  something needs staff, or is not as it should be
  2  the command, an assignment or a submission is not as expected
  3  the sandbox could not be set up, or the grader itself failed; nothing was scored
"""


class _Group(click.Group):
    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except GraderError as error:
            click.echo(f"grader: {error}", err=True)
            sys.exit(2 if isinstance(error, UsageError) else 3)
        except KeyboardInterrupt as interrupt:
            click.echo("; ".join(["grader: interrupted", *map(str, interrupt.args)]), err=True)
            sys.exit(INTERRUPTED)
        except BrokenPipeError:
            raise  # whoever read our output has gone; click ends in silence
        except OSError as error:  # a file that is not the caller's to read, a disk that is gone
            click.echo(f"grader: {error.filename or 'the system'}: {error.strerror}", err=True)
            sys.exit(2)


@click.group(
    cls=_Group,
    epilog=EXIT_CODES,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="grader")
def main() -> None:
    """Grade deep-learning homework.

    A trusted judge holds the hidden tests; the student's code runs in a walled cell; between
    them run data only.

    \b
    Students:    grader start ASSIGNMENT; grader check ASSIGNMENT;
                 grader submit ASSIGNMENT FILES --server URL
    Assistants:  grader grade ASSIGNMENT FILE; grader batch ASSIGNMENT SUBMISSIONS --out DIR;
                 grader review ASSIGNMENT --reports DIR; grader replay REPORT --submission FILE;
                 grader regrade ASSIGNMENT --reports DIR --submissions DIR;
                 grader export FORMAT --reports DIR --out FILE;
                 grader similar ASSIGNMENT SUBMISSIONS --out DIR
    Authors:     grader new ASSIGNMENT; grader verify ASSIGNMENT;
                 grader pack ASSIGNMENT --for SYSTEM --out FILE
    Operators:   grader serve; grader worker; grader doctor;
                 grader backup FILE; grader restore FILE
    """


for command in (
    start,
    check,
    submit,
    grade,
    batch,
    review,
    new,
    regrade,
    replay,
    verify,
    export,
    similar,
    pack,
    packed,
    serve,
    worker,
    backup,
    restore,
    doctor,
):
    main.add_command(command)
