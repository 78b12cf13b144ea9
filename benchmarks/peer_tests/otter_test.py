"""The exercise as an otter-grader test file: one question, a test case a case."""

from typing import Any

from otter.test_files import test_case
from support import checks  # pyright: ignore[reportMissingImports] - beside the submission

OK_FORMAT = False
name = "group_norm"
points = len(checks.NAMES)


def _test_case(title: str, index: int) -> test_case:
    def run(MyGroupNorm: Any) -> None:  # noqa: N803 - otter passes the submission's name
        checks.check(MyGroupNorm, index)

    return test_case(name=title)(run)


for _index, _title in enumerate(checks.NAMES):
    globals()[f"test_{_index}"] = _test_case(_title, _index)
