"""The command line: the group of all commands, and what happens when one of them fails.

Exit codes: 0 right, 1 wrong, 2 misuse, 3 the grader's own failure, 130 interrupted.
"""

import io
import os
import signal
import sys
import threading
from collections.abc import Sequence

import click

from grader.cli import console, log
from grader.cli.author import author
from grader.cli.batch import batch, merge
from grader.cli.check import check, demo
from grader.cli.exercises import list_, show, start
from grader.cli.exits import FAILURE, MISUSE, RIGHT, STOPPED, StoppedError
from grader.cli.explain import explain
from grader.cli.export import export
from grader.cli.format import asks_for_json, write_failure
from grader.cli.learner import hint, next_, solution
from grader.cli.notebook import notebook
from grader.cli.report import report
from grader.cli.sandbox import doctor, redteam
from grader.cli.watch import watch
from grader.course import UnavailableError
from grader.text import plain


def run(arguments: Sequence[str]) -> int:
    """Runs one command.

    Args:
      arguments: The words after ``grader``.

    Returns:
      The exit code.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, _stop)
    if os.environ.get(log.ENVIRONMENT):
        log.show()
    try:
        return _run(arguments)
    finally:
        log.hide()


def _run(arguments: Sequence[str]) -> int:
    as_json = asks_for_json(arguments)
    try:
        return cli.main(args=list(arguments), prog_name="grader", standalone_mode=False) or RIGHT
    except click.ClickException as error:
        if not as_json:
            told = io.StringIO()
            error.show(told)
            console.tell(told.getvalue().removesuffix("\n"))
            return MISUSE
        return write_failure("misuse", error.format_message(), MISUSE, as_json=True)
    except UnavailableError as error:
        message = str(error) if as_json else f"Error: {error}"
        return write_failure("misuse", message, MISUSE, as_json=as_json)
    except (KeyboardInterrupt, click.Abort):
        return write_failure("stopped", "stopped", STOPPED, as_json=as_json)
    except StoppedError as stopped:
        return write_failure("stopped", "stopped", stopped.code, as_json=as_json)
    except Exception as error:  # every fault of ours ends here
        log.LOG.exception("the command failed")
        reason = plain(f"{type(error).__name__}: {error}", 500)
        way_out = "This is not the fault of any submission. Run 'grader --debug ...' to see the traceback."
        message = reason if as_json else f"The grader itself failed: {reason}\n{way_out}"
        return write_failure("grader", message, FAILURE, as_json=as_json)


def _stop(number: int, _: object) -> None:
    raise StoppedError(number)


def _debug(_context: click.Context, _parameter: click.Parameter, value: bool) -> None:
    if value:
        log.show()


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option(
    "--debug", is_flag=True, is_eager=True, expose_value=False, callback=_debug,
    help=f"If the grader itself fails, print the traceback.  [env: {log.ENVIRONMENT}]",
)  # fmt: skip
@click.version_option(package_name="groupnorm-jax")
def cli() -> None:
    """Learn to write group normalization in JAX and Flax.

    Begin with 'grader demo', then 'grader next'. 'grader COMMAND --help' describes a command.
    """


for command in (
    *(list_, next_, show, start, hint, check, watch, solution, explain, demo),
    *(batch, merge, report, export, notebook),
    *(author, doctor, redteam),
):
    cli.add_command(command)
