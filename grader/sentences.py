"""Every ending in words that a beginner understands."""

import difflib
import importlib.util
import re
import signal
from collections.abc import Sequence

from grader.runners.base import Ending
from grader.submission import Submission
from grader.text import plain
from grader.transcript import Problem

SHOWN_CAP, SHOWN_LINES = 600, 6  # of an exception's message
TRACEBACK = "Traceback (most recent call last):"
SOURCE_CAP = 120  # characters of a line of source
SIGNALS = {
    "SIGSEGV": " (a crash inside Python: often a recursion without an end)",
    "SIGKILL": " (often for want of memory)",
    "SIGABRT": " (a library gave up, often for want of memory)",
}


# What jit and vmap refuse: the program asks for a value while there are only shapes and dtypes.
_TRACED = "under jit or vmap an array has a shape and a dtype, but no values yet"
CONCRETE = {
    "TracerBoolConversionError": (
        f"Python asks here whether an array is true (if, while, assert, and, or): {_TRACED}. "
        "Ask about shapes instead, or choose between values with jnp.where or jax.lax.cond"
    ),
    "TracerIntegerConversionError": (
        f"an array serves as a Python integer here (an index, a size, range): {_TRACED}. "
        "Take the number from a shape or from the module's fields"
    ),
    "TracerArrayConversionError": (
        f"NumPy is asked to work on a traced array here: {_TRACED}. Use the function of jax.numpy"
    ),
    "ConcretizationTypeError": (
        f"an array becomes a Python number here (float, int, .item()), or a size depends on its values: {_TRACED}. "
        "Leave it an array; to choose by its values, take jnp.where instead of if"
    ),
    "NonConcreteBooleanIndexError": (
        f"a mask chooses how many values remain here: {_TRACED}. Keep the shape, and use jnp.where"
    ),
    "UnexpectedTracerError": "a value of one traced call is used after it: return what you need instead of storing it",
}


def of_problem(problem: Problem, *, entry: str, submission: Submission) -> str:
    """Why there is no value to compare, with the submission's own lines.

    Args:
      problem: what the worker said.
      entry: the name asked for.
      submission: whose lines are told.
    """
    where = _where(problem, submission)
    message = _shortened(problem.message)
    match problem.kind:
        case "syntax":
            return f"Python cannot read the file: {message}{where}"
        case "import":
            only = "only this one file is graded, with Python's own modules, numpy, jax, flax and optax"
            return f"an import failed: {message}{_installed(message)}; {only}{where}"
        case "forbidden":
            return f"not allowed here: {message}; write what it does yourself{where}"
        case "memory":
            return f"out of memory{f': {message}' if message else ''}{where}"
        case "blocked":
            closed = "files, network and other processes are closed to a submission"
            return f"blocked: {closed} ({problem.type}: {message}){where}"
        case "exited":
            return f"the program ended itself with sys.exit or exit(); a module must return{where}"
        case "missing":
            return _missing(problem, entry)
        case "not_module":
            return f"{entry} must be a class that derives from {problem.type}; here it is {message}"
        case "not_function":
            return f"{entry} must be a function; here it is {message}"
        case "constructor":
            return f"{entry} must take {' and '.join(problem.names)}: {message}"
        case "parameters":
            return f"{message}; the statement lists those that it is to make"
        case "returned":
            return f"{problem.type} must be an array; yours is {message}"
        case "dtype":
            return f"{problem.type} must be of a floating-point dtype; yours is {message}"
        case "changed":
            what = " and ".join(problem.names) or "what it was given"
            return f"the call changed {what}, which the caller may still need: make new arrays instead"
        case "too_large":
            return f"returned {message}, far larger than what was asked for"
    return _raised(problem, message, where)


def _raised(problem: Problem, message: str, where: str) -> str:
    if problem.type == "NotImplementedError" and "raise " in where:  # and not by JAX, for what it cannot do here
        return f"not written yet: it raises NotImplementedError{where}"
    if problem.type == "EOFError":
        return f"input() has nobody to ask here: take it out{where}"
    if problem.type in CONCRETE:
        return f"{CONCRETE[problem.type]}{where}"
    return f"raised {problem.type or 'an exception'}{f': {message}' if message else ', without a word'}{where}"


def _shortened(message: str) -> str:
    """The first lines of a long message; of a traceback within it, such as a callback's, only what was raised."""
    before, traceback, after = message.partition(TRACEBACK)
    if traceback:
        message = f"{before.strip()} {after.strip().splitlines()[-1] if after.strip() else ''}".strip()
    lines = message[:SHOWN_CAP].splitlines()
    cut = len(message) > SHOWN_CAP or len(lines) > SHOWN_LINES
    return "\n".join([*lines[:SHOWN_LINES], *(["..."] if cut else [])])


def of_ending(ending: Ending, *, during: str, together: bool = False) -> str:
    """Why the run stopped before it was through.

    Args:
      ending: how it ended.
      during: what was under way, such as "while it was imported".
      together: whether several devices ran, which wait for each other.
    """
    match ending.kind:
        case "time":
            waits = ", or a collective operation to which not every device comes" if together else ""
            return f"out of time: stopped after {ending.detail} {during}; is there a loop without an end{waits}?"
        case "output":
            return f"printed more than {ending.detail} and was stopped {during}"
        case "memory":
            return f"out of memory: took more than {ending.detail} and was stopped {during}"
        case "threads":
            return f"started more than {ending.detail} threads and was stopped {during}"
        case "answers":
            return f"sent back more than {ending.detail} and was stopped {during}"
        case "garbled":
            return f"wrote into the grader's own channel and was stopped {during}"
        case "gone" if ending.status is not None and ending.status < 0:
            name = _signal(-ending.status)
            return f"the process was killed by signal {name} {during}{SIGNALS.get(name, '')}"
        case "gone":
            return f"the process ended by itself {during} (exit status {ending.status}); a module must return, not exit"
        case "broken":
            changed = "changed parts of Python itself (such as os, sys or json)"
            return f"the program {changed} so that the worker could not go on {during}"
        case "finished":
            return f"gave no answer {during}"
    return ending.detail


def _installed(message: str) -> str:
    """For a module that is there after all: the wall has closed it, not its absence."""
    found = re.search(r"No module named '([A-Za-z_]\w*)", message)
    if not found or found[1] in ("exercises", "grader", "groupnorm_jax") or not _is_installed(found[1]):
        return ""
    return " (it is installed, but what is not loaded beforehand is closed to a submission)"


def _missing(problem: Problem, entry: str) -> str:
    if not problem.names:
        return f"the file defines no {entry}, nor any other class or function"
    close = difflib.get_close_matches(entry, problem.names, n=1, cutoff=0.5)
    hint = f"; is it {close[0]}? Then rename it" if close else ""
    if close and not close[0].isascii():
        written = close[0].encode("ascii", "backslashreplace").decode("ascii")
        hint = f"; {close[0]} has a letter of another alphabet ({written}): type it anew"
    return f"the file defines no {entry}; it defines {', '.join(problem.names[:6])}{hint}"


def _where(problem: Problem, submission: Submission) -> str:
    """The submission's own frames, a line each, outermost first."""
    lines = submission.source.split("\n")
    rows = []
    for line, function in dict.fromkeys(problem.frames):
        text = source_line(lines, line, stripped=problem.type not in ("TabError", "IndentationError"))
        within = f", in {function}" if function and function != "<module>" else ""
        rows.append(f"\n{submission.place(line)}{within}: {text}")
    return "".join(rows)


def source_line(lines: Sequence[str], line: int, *, stripped: bool = True) -> str:
    """A line of a submission's source, plain; its tabs written out where its beginning matters."""
    text = plain(lines[line - 1].rstrip() if 0 < line <= len(lines) else "", SOURCE_CAP)
    return text.strip() if stripped else text.replace("\t", "<tab>")


def _signal(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return str(number)


def _is_installed(name: str) -> bool:
    """Whether there is such a module here. The name is a submission's word: "__main__" makes Python itself raise."""
    try:
        return importlib.util.find_spec(name) is not None
    except (ImportError, ValueError, AttributeError):
        return False
