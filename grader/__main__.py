"""``python -m grader`` and the command ``grader``."""

import os
import sys

FAILURE, STOPPED = 3, 130


def main() -> None:
    """Runs the command line with the learner's folder off the search path; no traceback of ours gets out."""
    _open_missing_streams()
    try:
        from grader.paths import trusted  # noqa: PLC0415

        sys.path[:] = trusted()
        from grader.cli import run  # noqa: PLC0415 - only after the search path is trusted

        code = run(sys.argv[1:])
    except KeyboardInterrupt:
        code = STOPPED
    except Exception as error:
        if os.environ.get("GRADER_DEBUG"):
            raise
        sys.stderr.write(
            f"The grader could not start: {type(error).__name__}: {error!r}\nGRADER_DEBUG=1 shows where.\n"
        )
        code = FAILURE
    sys.exit(code)


def _open_missing_streams() -> None:
    """Opens descriptors 0 to 2 on nothing where the caller has closed them, so that no file of ours lands there."""
    for descriptor in (0, 1, 2):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    sys.stdout = sys.stdout or open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115 - for the process's life
    sys.stderr = sys.stderr or open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115


if __name__ == "__main__":
    main()
