"""What every finding has: the word for its kind, by which reports in JSON name it."""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that is known of a submission.

    Attributes:
      kind: one word for the class; unique, and stable across versions of the grader.
    """

    kind: ClassVar[str] = ""


@dataclass(frozen=True, kw_only=True)
class Spot:
    """A line of the submission.

    Attributes:
      line: counted from 1; of a notebook, within its cell. 0 where the line is in no cell of the notebook.
      cell: of a notebook, counted from 1, or as a kernel counts it, "[7]"; None for a file, empty where it is unknown.
      text: what stands there, plain and without indentation.
      function: the function that it belongs to; empty at the top level and where that does not matter.
    """

    line: int
    cell: str | None = None
    text: str = ""
    function: str = ""
