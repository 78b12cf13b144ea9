"""``python -m grader.worker FD``."""

from grader.worker.loop import main

main()
