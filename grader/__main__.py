"""``python -m grader`` and the command ``grader``."""

import os
import sys

from grader.cli.exits import FAILURE, STOPPED


def main() -> None:
    """Runs the command line without the learner's folder on the search path, and never shows a traceback."""
    _open_missing_streams()
    try:
        from grader.paths import trusted

        sys.path[:] = trusted()
        from grader.cli.main import run  # after the search path is trusted

        code = run(sys.argv[1:])
    except KeyboardInterrupt:
        code = STOPPED
    except Exception as error:
        if os.environ.get("GRADER_DEBUG"):
            raise
        sys.stderr.write(f"The grader could not start: {error!r}\nSet GRADER_DEBUG=1 to see the traceback.\n")
        code = FAILURE
    sys.exit(code)


def _open_missing_streams() -> None:
    """Opens the standard descriptors on the null device where the caller has closed them.

    Otherwise the next file that is opened would take the place of standard output.
    """
    for descriptor in (0, 1, 2):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    sys.stdout = sys.stdout or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - for the process's life
    sys.stderr = sys.stderr or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115


if __name__ == "__main__":
    main()
