"""``autograder.zip`` for Gradescope: the grader as a wheel, two scripts, and the name of the exercise.

Gradescope unpacks it into /autograder/source and runs ``run_autograder`` for each submission.
"""

import json
from pathlib import Path

from grader.classroom.digests import versions
from grader.course.loader import COURSE, Loaded, families
from grader.export.wheel import below, wheel, zipped

SETTINGS = "settings.json"
OWN = "course"  # folder of a teacher's own exercises, in the archive
_SCRIPTS = {"setup.sh": "setup.sh", "run_autograder": "run_autograder.sh"}


def autograder(exercise: Loaded, course: Path) -> bytes:
    """The archive; the same files give the same bytes.

    Args:
      exercise: The exercise to grade.
      course: Its course's folder. An exercise that is not bundled is packed too, with the families of its course.
    """
    name, data = wheel()
    version = ".".join(versions()["python"].split(".")[:2])
    scripts = {target: Path(__file__).with_name(source).read_text("utf-8") for target, source in _SCRIPTS.items()}
    files = {target: text.replace("PYTHON_VERSION", version).encode() for target, text in scripts.items()}
    files |= {name: data, "requirements.txt": _requirements(exercise).encode()}
    files[SETTINGS] = json.dumps({"exercise": exercise.slug, "own": course != COURSE}, indent=1).encode()
    if course != COURSE:
        for folder in (course / exercise.slug, *families(course)):
            files |= {f"{OWN}/{path}": file.read_bytes() for path, file in below(folder).items()}
    return zipped(files, frozenset(_SCRIPTS))


def _requirements(exercise: Loaded) -> str:
    """The libraries that submissions use, pinned to the versions installed here, on which the exercise was tested."""
    pinned = [f"{name}=={number}" for name, number in versions().items() if name != "python" and number != "none"]
    more = ["scikit-learn"] if exercise.spec.entry.kind == "training" else []
    return "\n".join([*pinned, *more, ""])
