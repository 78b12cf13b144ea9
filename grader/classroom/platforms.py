"""How platforms write whose file is whose: what they put before, or around, the names that students give.

Only that decides. A platform's own part of a path is read from the left, so that nothing in a student's file name
counts, and of folders only the levels that the platform makes.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Literal

from grader.submission.files import File

What = Literal["file", "link", "text"]
_DATES = ("%b %d, %Y %I%M %p", "%B %d, %Y %I%M %p", "%b %d, %Y %I:%M %p", "%d %B, %Y %H%M", "%b %d, %Y %H%M")


@dataclass(frozen=True, kw_only=True)
class Claim:
    """What a platform says of a file.

    Attributes:
      student: The identifier of who handed it in.
      name: For people.
      folder: The platform's part of the path, or the whole of it.
      keys: What else a roster may know the student by.
      inside: The rest of the path, as the student named it; empty where the platform wrote the file itself.
      attempt: At handing in, in words that sort; of one student the last counts.
      what: A file; or a link or a text that was handed in, in place of a file.
    """

    student: str
    name: str
    folder: str
    keys: tuple[str, ...] = ()
    inside: tuple[str, ...] = ()
    attempt: str = ""
    what: What = "file"


@dataclass(frozen=True)
class Platform:
    """One platform's download.

    Attributes:
      name: For people.
      claim: What it says of a file; None where the path is not one that it writes.
      own: The names of files that it writes beside the students', in small letters.
      distinct: Whether there are several folders, no two of them one student's; else another layout looks like it.
      prefixed: Whether identifiers begin with what all of them begin with, up to the last "_".
      sure: Says of a path in a student's folder whether the platform is known by it; None where names are enough.
    """

    name: str
    claim: Callable[[File], Claim | None]
    own: tuple[str, ...] = ()
    distinct: bool = False
    prefixed: bool = False
    sure: Callable[[tuple[str, ...]], bool] | None = None


# As Moodle's downloader joins them: full name, id of the participant, the plugin's name.
_MOODLE = re.compile(
    r"(?P<name>.*?)_(?P<id>\d+)_assignsubmission_(?P<plugin>file|onlinetext)(?:_(?P<file>.+)|_)?", re.S
)
# As Canvas' ContentZipper joins them; a name in it holds no "_number_".
_CANVAS = re.compile(
    r"(?:(?P<name>.*?)_)??(?:LATE_)?(?:(?P<id>\d+)|anon_(?P<anonymous>[A-Za-z0-9]+))_"
    r"(?:(?P<attachment>\d+)_(?P<file>.+)|(?P<what>text|link|url)\.html?)",
    re.S,
)
# assignment_user_attempt_2024-01-05-10-12-13_file; without a file's name it is what was written in the form.
_BLACKBOARD = re.compile(r"(?P<assignment_and_id>.+?)_attempt_(?P<when>\d{4}(?:-\d\d){5})(?:_(?P<file>.+)|\.txt)", re.S)
# 12345-67890 - Ada Lovelace - Jan 5, 2024 1012 AM
_BRIGHTSPACE = re.compile(r"(?P<id>\d+)-\d+ - (?P<name>.+) - (?P<when>[^-]*\d{4}[^-]*)")
# ada@example.edu_3_handin.py
_AUTOLAB = re.compile(r"(?P<id>[^@/]+@[^_/]+)_(?P<version>\d+)_(?P<file>.+)", re.S)
# Lovelace, Ada(adal)
_SAKAI = re.compile(r"(?P<name>.*)\((?P<id>[^()]+)\)")
# Lovelace_Ada_adal_4711
_ILIAS = re.compile(r"(?P<last>[^_]+)_(?P<first>[^_]+)_(?P<login>.+)_(?P<id>\d+)")
_ILIAS_TEAM = re.compile(r"Team[ _]\S+")
_ILIAS_FILE = re.compile(r"(?P<when>\d{14})_(?P<file>.+)", re.S)


def _moodle(file: File) -> Claim | None:
    top, *inside = file.parts
    found = _MOODLE.fullmatch(top)
    if found is None or not (inside or found["file"]):
        return None
    return Claim(
        student=found["id"],
        name=found["name"],
        folder=top,
        keys=(f"Participant {found['id']}", found["name"]),
        inside=tuple(inside) or (found["file"],),
        what="file" if found["plugin"] == "file" else "text",
    )


def _canvas(file: File) -> Claim | None:
    found = _CANVAS.fullmatch(file.parts[0])
    if found is None or len(file.parts) > 1:
        return None
    student = found["id"] or f"anon_{found['anonymous']}"
    what: What = "file" if found["file"] else "text" if found["what"] == "text" else "link"
    return Claim(
        student=student,
        name=found["name"] or student,
        folder=file.shown(),
        keys=(found["name"] or "",),
        inside=(found["file"] or file.name,),
        what=what,
    )


def _blackboard(file: File) -> Claim | None:
    found = _BLACKBOARD.fullmatch(file.parts[0])
    if found is None or len(file.parts) > 1:
        return None
    return Claim(
        student=found["assignment_and_id"],
        name=found["assignment_and_id"],
        folder=file.shown(),
        inside=(found["file"],) if found["file"] else (),
        attempt=found["when"],
    )


def _brightspace(file: File) -> Claim | None:
    top, *inside = file.parts
    found = _BRIGHTSPACE.fullmatch(top)
    if found is None or not inside:
        return None
    return Claim(
        student=found["id"],
        name=found["name"],
        folder=top,
        keys=(found["name"],),
        inside=tuple(inside),
        attempt=_sortable(found["when"]),
    )


def _sortable(when: str) -> str:
    for form in _DATES:
        try:
            return datetime.strptime(when.strip(), form).replace(tzinfo=UTC).strftime("%Y-%m-%d %H:%M")
        except ValueError:
            continue
    return when


def _autolab(file: File) -> Claim | None:
    found = _AUTOLAB.fullmatch(file.parts[0])
    if found is None or len(file.parts) > 1:
        return None
    return Claim(
        student=found["id"],
        name=found["id"],
        folder=file.shown(),
        inside=(found["file"],),
        attempt=found["version"],
    )


def _sakai(file: File) -> Claim | None:
    top, *inside = file.parts
    found = _SAKAI.fullmatch(top)
    if found is None or not inside:
        return None
    student = Claim(student=found["id"], name=found["name"], folder=top, keys=(found["name"],))
    if len(inside) > 1 and not inside[0].lower().startswith("feedback"):
        return replace(student, inside=tuple(inside[1:]))
    if inside[0].lower().endswith("submissiontext.html"):
        return replace(student, inside=tuple(inside), what="text")
    return student


def _sakai_sure(inside: tuple[str, ...]) -> bool:
    return inside == ("timestamp.txt",) or inside[0] == "Submission attachment(s)"


def _ilias(file: File) -> Claim | None:
    top, *inside = file.parts
    if inside and _ILIAS_TEAM.fullmatch(top):
        top, *inside = inside
    found = _ILIAS.fullmatch(top)
    if found is None or not inside:
        return None
    dated = _ILIAS_FILE.fullmatch(inside[-1])
    name = f"{found['first']} {found['last']}"
    return Claim(
        student=found["login"],
        name=name,
        folder=top,
        keys=(found["id"], name),
        inside=(*inside[:-1], dated["file"]) if dated else tuple(inside),
    )


def _submitty(file: File) -> Claim | None:
    student, *inside = file.parts
    if len(inside) > 1 and inside[0].isascii() and inside[0].isdigit():
        folder = f"{student}/{inside[0]}"
        return Claim(student=student, name=student, folder=folder, inside=tuple(inside[1:]), attempt=inside[0])
    return Claim(student=student, name=student, folder=student) if _submitty_sure(tuple(inside)) else None


def _submitty_sure(inside: tuple[str, ...]) -> bool:
    return inside == ("user_assignment_settings.json",)


PLATFORMS: Sequence[Platform] = (
    Platform("Moodle download", _moodle),
    Platform("Blackboard download", _blackboard, prefixed=True),
    Platform("Brightspace download", _brightspace, own=("index.html",)),
    Platform("Autolab download", _autolab),
    Platform("Canvas download", _canvas),
    Platform("Sakai download", _sakai, own=("grades.csv", "grades.xls", "grades.xlsx"), sure=_sakai_sure),
    Platform("ILIAS download", _ilias, own=("status.xlsx", "status.csv", "status.xls"), distinct=True),
    Platform("Submitty tree", _submitty, sure=_submitty_sure),
)
