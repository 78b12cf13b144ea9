"""The formats of a class's results, by name."""

from collections.abc import Callable, Mapping

from grader.classroom.reports import as_csv, canvas, json_lines, junit, markdown, moodle, nbgrader, page, table
from grader.classroom.reports.sheet import Filled
from grader.classroom.results import Batch

CLASS: Mapping[str, Callable[[Batch], str]] = {
    "table": table.render,
    "html": page.render,
    "csv": as_csv.render,
    "jsonl": json_lines.render,
    "junit": junit.render,
    "markdown": markdown.render,
    "nbgrader": nbgrader.render,
}
# These fill a column of what the platform exported; the last argument names it.
FILLING: Mapping[str, Callable[[Batch, str, str | None], Filled]] = {
    "canvas": canvas.render,
    "moodle": moodle.render,
}
