"""``python -m grader`` and the command ``grader``."""

import sys

from grader.paths import trusted


def main() -> None:
    """Runs the command line with the learner's folder off the search path."""
    sys.path[:] = trusted()
    from grader.cli import run  # noqa: PLC0415 - only after the search path is trusted

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
