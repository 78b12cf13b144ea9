"""``autograder.zip`` for Gradescope: the grader as a wheel, two scripts, and which exercise is graded.

The archive's content lies in /autograder/source there. ``autograde.py`` is what runs for each submission.
"""

import json
from pathlib import Path

from exercises.loader import COURSE, Loaded
from grader.batch.basis import versions
from grader.export.wheel import below, wheel, zipped

SETTINGS = "settings.json"
OWN = "course"  # the folder of a teacher's own exercises
_SCRIPTS = {"setup.sh": "setup.sh", "run_autograder": "run_autograder.sh"}


def autograder(exercise: Loaded, course: Path) -> bytes:
    """The archive, the same for the same files.

    Args:
      exercise: what is graded.
      course: the folder that it is in; of one's own, the exercise and what its folder shares go with it.
    """
    name, data = wheel()
    ours = ".".join(versions()["python"].split(".")[:2])
    scripts = {target: Path(__file__).with_name(source).read_text("utf-8") for target, source in _SCRIPTS.items()}
    files = {target: text.replace("PYTHON_VERSION", ours).encode() for target, text in scripts.items()}
    files |= {name: data, "requirements.txt": _requirements(exercise).encode()}
    files[SETTINGS] = json.dumps({"exercise": exercise.slug, "own": course != COURSE}, indent=1).encode()
    if course != COURSE:
        for folder in (course / exercise.slug, course / "_shared"):
            files |= {f"{OWN}/{path}": file.read_bytes() for path, file in below(folder).items()}
    return zipped(files, frozenset(_SCRIPTS))


def _requirements(exercise: Loaded) -> str:
    """What programs run on, in the versions that are installed here: the exercise was tried on those."""
    pinned = [f"{name}=={number}" for name, number in versions().items() if name != "python" and number != "none"]
    more = ["scikit-learn"] if exercise.spec.entry.kind == "training" else []
    return "\n".join([*pinned, *more, ""])
