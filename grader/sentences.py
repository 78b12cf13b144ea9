"""Every ending in words that a beginner understands."""

import difflib
import signal

from grader.runners.base import Ending
from grader.transcript import Problem

SHOWN_CAP = 600  # characters of an exception's message


def of_problem(problem: Problem, *, entry: str, source: str) -> str:
    """Why there is no value to compare, with the submission's own lines.

    Args:
      problem: what the worker said.
      entry: the name asked for.
      source: the submission's text, for the lines.
    """
    match problem.kind:
        case "syntax":
            return f"Python cannot read the file: {problem.message}{_where(problem, source)}"
        case "import":
            return f"an import failed: {problem.message[:SHOWN_CAP]}{_where(problem, source)}"
        case "exited":
            return f"the program ended itself with sys.exit or exit(); a module must return{_where(problem, source)}"
        case "missing":
            return _missing(problem, entry)
        case "not_module":
            return f"{entry} must be a class that derives from flax.linen.Module; here it is {problem.message}"
        case "returned":
            return f"must return an array; it returned {problem.message}"
        case "too_large":
            return f"returned {problem.message}, far larger than what was asked for"
    if problem.type == "NotImplementedError":
        return f"not written yet: it raises NotImplementedError{_where(problem, source)}"
    message = f": {problem.message[:SHOWN_CAP]}" if problem.message else ""
    return f"raised {problem.type}{message}{_where(problem, source)}"


def of_ending(ending: Ending, *, during: str) -> str:
    """Why the run stopped before it was through.

    Args:
      ending: how it ended.
      during: what was under way, such as "while it was imported".
    """
    match ending.kind:
        case "time":
            return f"out of time: stopped after {ending.detail} {during}; is there a loop without an end?"
        case "output":
            return f"printed more than {ending.detail} and was stopped {during}"
        case "answers":
            return f"sent back more than {ending.detail} and was stopped {during}"
        case "garbled":
            return f"wrote into the grader's own channel and was stopped {during}"
        case "gone" if ending.status is not None and ending.status < 0:
            return f"the process was killed by signal {_signal(-ending.status)} {during}"
        case "gone":
            return f"the process ended by itself {during} (exit status {ending.status}); a module must return, not exit"
        case "finished":
            return f"gave no answer {during}"
    return ending.detail


def _missing(problem: Problem, entry: str) -> str:
    if not problem.names:
        return f"the file defines no {entry}, nor any other class or function"
    close = difflib.get_close_matches(entry, problem.names, n=1, cutoff=0.5)
    hint = f"; is it {close[0]}? Then rename it" if close else ""
    return f"the file defines no {entry}; it defines {', '.join(problem.names[:6])}{hint}"


def _where(problem: Problem, source: str) -> str:
    """The submission's own frames, a line each, outermost first."""
    lines = source.split("\n")
    rows = []
    for line, function in dict.fromkeys(problem.frames):
        text = lines[line - 1].strip() if line <= len(lines) else ""
        rows.append(f"\nline {line}{f', in {function}' if function and function != '<module>' else ''}: {text[:120]}")
    return "".join(rows)


def _signal(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return str(number)
