"""Exit codes, and the exception by which a signal ends a command."""

RIGHT, WRONG, MISUSE, FAILURE, STOPPED = 0, 1, 2, 3, 130


class StoppedError(BaseException):
    """A signal asked the command to stop."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.code = 128 + number
