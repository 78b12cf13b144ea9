"""Who handed in which files, by the way they are laid out: recognised, not asked for.

| layout | what it looks like |
|---|---|
| pattern | as ``--pattern`` says |
| Gradescope export | ``submission_metadata.yml`` beside folders ``submission_409194023/`` |
| Moodle download | ``Ada Lovelace_12345_assignsubmission_file_/group_norm_1d.py``, or all of that in a file's name |
| Canvas download | ``lovelaceada_LATE_12345_67890_group_norm_1d-1.py`` |
| nbgrader tree | ``submitted/ada/group_norm_1d/group_norm_1d.py`` |
| plain | one file or one folder a student, called like the student |
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from grader.batch.gradescope import METADATA, Submitter, submitters
from grader.batch.tree import File, RefusedError, SubmissionsError
from grader.text import plain

ID_CAP = 120
_Told = Callable[[File], "Student | None"]
# As Canvas' ContentZipper and Moodle's downloader join them.
_CANVAS = re.compile(
    r"(?:(?P<name>\w+?)_)?(?:LATE_)?(?:(?P<id>\d+)|anon_(?P<anonymous>[A-Za-z0-9]+))_(?P<attachment>\d+)_(?P<file>.+)",
    re.DOTALL,
)
_MOODLE = re.compile(
    r"(?P<name>.*)_(?P<id>\d+)_assignsubmission_(?P<plugin>file|onlinetext)(?:_(?P<file>.+)|_)?", re.DOTALL
)
_FIELDS = {"student": r"(?P<student>[^/]+?)", "name": r"(?P<name>[^/]+?)", "*": r"[^/]*?"}


@dataclass(frozen=True, kw_only=True)
class Student:
    """Somebody who handed in something.

    Attributes:
      student: identifier.
      name: for people; plain.
      keys: other things that a roster may know them by.
      files: what was handed in, paths as the student named them.
      folder: where that is, for people; plain.
    """

    student: str
    name: str
    keys: tuple[str, ...] = ()
    files: tuple[File, ...] = ()
    folder: str = ""


@dataclass(frozen=True, kw_only=True)
class Layout:
    """What was recognised.

    Attributes:
      name: of the layout.
      students: by identifier.
      ignored: paths that belong to nobody, plain.
    """

    name: str
    students: tuple[Student, ...]
    ignored: tuple[str, ...] = ()


def recognised(files: Sequence[File], *, slug: str, root: str, pattern: str | None = None) -> Layout:
    """Sorts files by student.

    Args:
      files: all there are.
      slug: the exercise's name; of an nbgrader tree with several assignments, that one is taken.
      root: name of the folder or archive.
      pattern: of the files' paths, with ``{student}``, ``{name}`` and ``{*}``; None to recognise the layout.

    Raises:
      SubmissionsError: if the pattern has no student.
    """
    if pattern is not None:
        return _by_pattern(files, pattern)
    metadata = next((file for file in files if file.name == METADATA and len(file.parts) <= 2), None)  # noqa: PLR2004
    if metadata:
        return _gradescope(files, metadata)
    tops = {file.parts[0] for file in files}
    if any(_MOODLE.fullmatch(top) for top in tops):
        return _joined(files, "Moodle download", _moodle)
    programs = [file for file in files if len(file.parts) == 1 and file.kind in (".py", ".ipynb")]
    if programs and all(_CANVAS.fullmatch(file.name) for file in programs):
        return _joined(files, "Canvas download", _canvas)
    if root == "submitted" or tops == {"submitted"} or any(_is_collected(file) for file in files):
        return _nbgrader([file.below(1) if file.parts[0] == "submitted" else file for file in files], slug)
    return _plain(files)


def _is_collected(file: File) -> bool:
    """Whether nbgrader put it there when it collected."""
    return file.name == "timestamp.txt" and len(file.parts) in (3, 4)


def _by_pattern(files: Sequence[File], pattern: str) -> Layout:
    fields = re.split(r"\{(student|name|\*)\}", pattern)
    wanted = fields[1::2]
    if wanted.count("student") != 1 or wanted.count("name") > 1:
        shown = plain(pattern, 100)
        raise SubmissionsError(f"--pattern must have {{student}} once, and {{name}} at most once; {shown!r} does not")
    parts = (_FIELDS[part] if odd else re.escape(part) for odd, part in zip(_odd(), fields, strict=False))
    expression = re.compile("".join(parts), re.DOTALL)
    whole = "/" in pattern
    students, ignored = [], []
    for file in files:
        found = expression.fullmatch("/".join(file.parts) if whole else file.name)
        if found is None:
            ignored.append(file.shown())
            continue
        named = found.groupdict()
        name = named.get("name") or named["student"]
        students.append(_student(named["student"], name, [file.under((file.name,))], file.shown()))
    return Layout(name="pattern", students=_gathered(students), ignored=tuple(ignored))


def _odd() -> Iterable[bool]:
    while True:
        yield False
        yield True


def _gradescope(files: Sequence[File], metadata: File) -> Layout:
    try:
        people = submitters(metadata.read().decode("utf-8", "replace"))
    except RefusedError as error:
        raise SubmissionsError(f"{metadata.shown()} cannot be used: {error}") from None
    above = len(metadata.parts) - 1
    folders: dict[str, list[File]] = {folder: [] for folder in people}
    ignored = []
    for file in files:
        inside = file.parts[:above] == metadata.parts[:above] and len(file.parts) > above + 1
        if inside and file.parts[above].startswith("submission_"):
            folders.setdefault(file.parts[above], []).append(file.below(above + 1))
        elif file is not metadata:
            ignored.append(file.shown())
    students = [
        _submitter(who, folder, inside)
        for folder, inside in folders.items()
        for who in people.get(folder) or [Submitter()]
    ]
    return Layout(name="Gradescope export", students=_gathered(students), ignored=tuple(ignored))


def _submitter(who: Submitter, folder: str, files: list[File]) -> Student:
    known = [key for key in (who.email, who.sid, who.name) if key]
    return _student(known[0] if known else folder, who.name or folder, files, folder, [*known, folder])


def _joined(files: Sequence[File], name: str, told: _Told) -> Layout:
    """A layout in which a path's first part says whose it is."""
    students, ignored = [], []
    for file in files:
        student = told(file)
        if student is None:
            ignored.append(file.shown())
        else:
            students.append(student)
    return Layout(name=name, students=_gathered(students), ignored=tuple(ignored))


def _moodle(file: File) -> Student | None:
    top, *inside = file.parts
    found = _MOODLE.fullmatch(top)
    if found is None or found["plugin"] != "file" or not (inside or found["file"]):
        return None
    own = file.under(tuple(inside) or (found["file"],))
    return _student(found["id"], found["name"], [own], top, [f"Participant {found['id']}", found["name"]])


def _canvas(file: File) -> Student | None:
    found = _CANVAS.fullmatch(file.parts[0])
    if found is None or len(file.parts) > 1:
        return None
    student = found["id"] or f"anon_{found['anonymous']}"
    own = file.under((found["file"],))
    return _student(student, found["name"] or student, [own], file.shown(), [found["name"] or ""])


def _nbgrader(files: Sequence[File], slug: str) -> Layout:
    assignments = {file.parts[1] for file in files if len(file.parts) > 2}  # noqa: PLR2004 - student, assignment, file
    if len(assignments) > 1:
        if slug not in assignments:
            listed = plain(", ".join(sorted(assignments)), 200)
            raise SubmissionsError(
                f"there are several assignments ({listed}), and none is called {slug}; "
                f"say which is meant: --pattern '{{student}}/ASSIGNMENT/{{*}}.py'"
            )
        assignments = {slug}
    students, ignored = [], []
    for file in files:
        if len(file.parts) > 2 and file.parts[1] in assignments:  # noqa: PLR2004
            folder = "/".join(file.parts[:2])
            students.append(_student(file.parts[0], file.parts[0], [file.below(2)], folder))
        else:
            ignored.append(file.shown())
    return Layout(
        name="nbgrader tree", students=_gathered(students, without=("timestamp.txt",)), ignored=tuple(ignored)
    )


def _plain(files: Sequence[File]) -> Layout:
    students, ignored = [], []
    for file in files:
        top = file.parts[0]
        if len(file.parts) > 1:
            students.append(_student(top, top, [file.below(1)], top))
        elif file.kind in (".py", ".ipynb"):
            stem = top[: -len(file.kind)]
            students.append(_student(stem, stem, [file], top))
        else:
            ignored.append(file.shown())
    return Layout(name="one file or folder a student", students=_gathered(students), ignored=tuple(ignored))


def _student(student: str, name: str, files: list[File], folder: str, keys: Sequence[str] = ()) -> Student:
    shown = plain(student, ID_CAP).strip() or "(nameless)"
    known = tuple(dict.fromkeys(key for key in (student, *keys) if key))
    return Student(
        student=shown,
        name=plain(name, ID_CAP).strip() or shown,
        keys=known,
        files=tuple(files),
        folder=plain(folder, 200),
    )


def _gathered(students: Iterable[Student], without: Sequence[str] = ()) -> tuple[Student, ...]:
    """One a student, by identifier, with all files of his or hers."""
    whole: dict[str, Student] = {}
    for one in students:
        before = whole.get(one.student)
        whole[one.student] = replace(before, files=before.files + one.files) if before else one
    return tuple(
        replace(whole[student], files=tuple(file for file in whole[student].files if file.name not in without))
        for student in sorted(whole)
    )
