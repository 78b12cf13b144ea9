"""A class of any size, made anew, the same for the same chance: what ``batch.py`` has graded.

Half of it is right (the exercise's right variants and ``submissions/``), a third wrong in every known way (the
exercise's misconceptions that are programs, what lies in ``tests/data/wrong_submissions``, and slips in right
programs), the rest hostile (``tests/data/attacks``, as far as they need nothing filled in), empty, the starter, in a
wrong encoding, or word for word a neighbour's. Every program but the neighbours' is a text of its own.
"""

import random
import re
from collections.abc import Callable, Iterator
from itertools import cycle, islice
from pathlib import Path

from mixed_submissions import SLIPS, SUBMISSIONS, changed, hostile

from grader.course.loader import Loaded

WRONG = Path(__file__).parents[1] / "tests" / "data" / "wrong_submissions"


def write_class(exercise: Loaded, folder: Path, count: int, chance: random.Random) -> dict[str, int]:
    """Writes a class's files; returns how many there are of each kind."""
    folder.mkdir()
    shares = {"right": 0.5, "wrong": 0.34, "hostile": 0.08, "unreadable": 0.04}
    numbers = {kind: int(share * count) for kind, share in shares.items()}
    numbers["duplicate"] = count - sum(numbers.values())
    made: dict[str, Callable[[], Iterator[bytes]]] = {
        "right": lambda: _changed(right(exercise)),
        "wrong": lambda: _changed(wrong(exercise, chance)),
        "hostile": lambda: _shuffled([attack.content for attack in hostile(6.0)], chance),
        "unreadable": lambda: cycle((b"", exercise.starter.encode(), "# \u00e9".encode("latin-1"), b"\0" * 99)),
        "duplicate": lambda: cycle((exercise.solution.encode(),)),
    }
    for kind, number in numbers.items():
        for at, content in enumerate(islice(made[kind](), number)):
            (folder / f"{kind}_{at:05}.py").write_bytes(content)
    return numbers


def student_kind(student: str) -> str:
    """What a student was meant to be."""
    return student.partition("_")[0]


def right(exercise: Loaded) -> list[str]:
    """Programs that are right."""
    own = [path.read_text("utf-8") for path in sorted(SUBMISSIONS.glob("right_*.py"))]
    return [*own, *(variant.source for variant in exercise.spec.right_variants)]


def wrong(exercise: Loaded, chance: random.Random) -> list[str]:
    """Programs that are wrong, or mean to be: a slip may be harmless."""
    texts = [path.read_text("utf-8") for path in sorted(WRONG.glob("*.py"))]
    named = [text for text in texts if re.search(rf"^# exercise: .*\b{exercise.slug}\b", text, re.MULTILINE)]
    programs = [misconception.source for misconception in exercise.spec.misconceptions if misconception.source]
    slips = [text.replace(old, new) for text in right(exercise) for old, new in SLIPS if old in text]
    chance.shuffle(slips)
    return [*named, *programs, *slips]


def _changed(texts: list[str]) -> Iterator[bytes]:
    """The programs over and over, each time in another text."""
    return (changed(text, number).encode() for number, text in enumerate(cycle(texts)))


def _shuffled(contents: list[bytes], chance: random.Random) -> Iterator[bytes]:
    chance.shuffle(contents)
    return cycle(contents)
