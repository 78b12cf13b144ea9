"""Whose file is whose, by the way the files are laid out: recognised, not asked for.

A layout is a platform's only if most of what lies at its top is; what does not fit is nobody's, and is listed. So a
file that a student hands in can neither make a layout of another nor unmake it. Folders that hold a single folder are
gone through first: archives are renamed, and unpacked into folders of their own.
"""

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import cycle

from grader.classroom.gradescope_metadata import METADATA, Submitter, submitters
from grader.classroom.platforms import PLATFORMS, Claim, Platform, What
from grader.submission.files import File, RefusedError, SubmissionsError, Tree, kind
from grader.text import plain

ID_CAP = 120
_FIELDS = {
    "student": r"(?P<student>[^/]+?)",
    "name": r"(?P<name>[^/]+?)",
    "attempt": r"(?P<attempt>[^/]+?)",
    "*": r"[^/]*?",
}
# Folders that people make for the parts of one program.
_PARTS = frozenset(
    ("src", "source", "code", "lib", "utils", "test", "tests", "docs", "data", "notebooks", "scripts", "old")
)


@dataclass(frozen=True, kw_only=True)
class Student:
    """Somebody who handed in something.

    Attributes:
      student: Identifier.
      name: For people; plain.
      keys: What a roster may know him or her by: the platform's identifiers.
      names: The same, for what people are called, which two may share.
      files: What was handed in, paths as the student named them.
      found: What was handed in beside files: links, texts.
      folder: Where that is, for people; plain.
      attempt: Which attempt it is; empty where there is one.
      earlier: The attempts that do not count.
    """

    student: str
    name: str
    keys: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    files: tuple[File, ...] = ()
    found: tuple[What, ...] = ()
    folder: str = ""
    attempt: str = ""
    earlier: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Layout:
    """What was recognised.

    Attributes:
      name: Of the layout.
      students: By identifier.
      ignored: Files that belong to nobody.
    """

    name: str
    students: tuple[Student, ...]
    ignored: tuple[File, ...] = field(default=())


def recognised(tree: Tree, *, slug: str, root: str, packed: bool = False, pattern: str | None = None) -> Layout:
    """Sorts files by student.

    Args:
      tree: All there is.
      slug: The exercise's name; of an nbgrader tree with several assignments, that one is taken.
      root: Name of the folder or archive.
      packed: Whether it is an archive.
      pattern: Of the files' paths, with ``{student}``, ``{name}``, ``{attempt}`` and ``{*}``; None to recognise the
        layout.

    Raises:
      SubmissionsError: If the pattern has no student, or it cannot be told who handed in what.
    """
    levels = [(root, tree)]
    while (folder := levels[-1][1].only_folder) is not None:
        levels.append((folder, levels[-1][1].below()))
    if pattern is not None:
        expression = _expression(pattern)
        layouts = [_by_pattern(level.files, expression, whole="/" in pattern) for _, level in levels]
        return next((layout for layout in layouts if layout.students), layouts[0])
    for _, level in levels:
        if layout := _of_a_platform(level):
            return layout
    for name, level in levels:
        if layout := _nbgrader(level.files, slug, marked=name == "submitted"):
            return layout
    return _plain(_level_of_people([level for _, level in levels], slug, packed=packed))


def _of_a_platform(tree: Tree) -> Layout | None:
    metadata = next((file for file in tree.files if file.parts == (METADATA,)), None)
    folders = {file.parts[0] for file in tree.files if len(file.parts) > 1}
    if metadata and _most(folders, lambda top: top.startswith("submission_")):
        return _gradescope(tree.files, metadata)
    fitting = []
    for platform in PLATFORMS:
        claims = [(file, platform.claim(file)) for file in tree.files]
        if _is(platform, claims):
            fitting.append((len({file.parts[0] for file, claim in claims if claim}), platform, claims))
    if not fitting:
        return None
    # Many files of one student may look like another platform's; only the true one has all files of all students.
    _, platform, claims = max(fitting, key=lambda fit: fit[0])
    return _claimed(platform, claims)


def _is(platform: Platform, claims: Sequence[tuple[File, Claim | None]]) -> bool:
    claimed = {file.parts[0] for file, claim in claims if claim}
    if platform.sure:
        claimed &= {file.parts[0] for file, _ in claims if len(file.parts) > 1 and platform.sure(file.parts[1:])}
    folders = {file.parts[0] for file, _ in claims if len(file.parts) > 1}
    tops = folders if claimed & folders else {file.parts[0] for file, _ in claims} - folders
    students = {claim.folder: claim.student for _, claim in claims if claim}
    alone = not platform.distinct or len(set(students.values())) == len(students) > 1
    return alone and bool(claimed) and _most(tops - {*platform.own}, claimed.__contains__)


def _most(tops: Iterable[str], fits: Callable[[str], bool]) -> bool:
    fit = [fits(top) for top in tops]
    return sum(fit) * 2 > len(fit)


def _claimed(platform: Platform, claims: Sequence[tuple[File, Claim | None]]) -> Layout:
    made = [claim for _, claim in claims if claim]
    if platform.prefixed:
        length = _shared({claim.student for claim in made})
        claims = [
            (file, claim and replace(claim, student=claim.student[length:], name=claim.name[length:]))
            for file, claim in claims
        ]
    ignored = [file for file, claim in claims if claim is None and file.parts[0].lower() not in platform.own]
    whole = [(file, claim) for file, claim in claims if claim]
    return Layout(name=platform.name, students=_gathered(whole), ignored=tuple(ignored))


def _shared(names: Collection[str]) -> int:
    """The length of what all names begin with, up to a "_", and not a whole name."""
    split, shared = [name.split("_") for name in names], 0
    while all(len(parts) > shared + 1 for parts in split) and len({parts[shared] for parts in split}) == 1:
        shared += 1
    return sum(len(part) + 1 for part in split[0][:shared])


def _gradescope(files: Sequence[File], metadata: File) -> Layout:
    try:
        people = submitters(metadata.read().decode("utf-8", "replace"))
    except RefusedError as error:
        raise SubmissionsError(f"{metadata.shown()} cannot be used: {error}") from None
    folders: dict[str, list[File]] = {folder: [] for folder in people}
    ignored = []
    for file in files:
        if len(file.parts) > 1 and file.parts[0].startswith("submission_"):
            folders.setdefault(file.parts[0], []).append(file.below(1))
        elif file is not metadata:
            ignored.append(file)
    students = [
        _submitter(who, folder, inside)
        for folder, inside in folders.items()
        for who in people.get(folder) or [Submitter()]
    ]
    return Layout(name="Gradescope export", students=_named_apart(students), ignored=tuple(ignored))


def _submitter(who: Submitter, folder: str, files: list[File]) -> Student:
    known = [key for key in (who.email, who.sid) if key]
    student = (known or [who.name or folder])[0]
    return Student(
        student=student,
        name=who.name or folder,
        keys=(*known, folder),
        names=(who.name,) if who.name else (),
        files=tuple(files),
        folder=plain(folder, 200),
    )


def _nbgrader(files: Sequence[File], slug: str, *, marked: bool) -> Layout | None:
    """``submitted/ada/group_norm_1d/files``: the folder is called so, or nbgrader has left its timestamps."""
    if files and all(file.parts[0] == "submitted" for file in files):
        files, marked = [file.below(1) for file in files if len(file.parts) > 1], True
    tops = {file.parts[0] for file in files}
    stamped = {file.parts[0] for file in files if len(file.parts) == 3 and file.name == "timestamp.txt"}
    collected = {file.parts[0] for file in files if len(file.parts) > 2}
    if not _most(tops, (collected if marked else stamped).__contains__):
        return None
    if len(tops) == 1 and not marked:  # one student's assignments, and not all students in a folder
        assignments = {file.parts[1] for file in files if len(file.parts) > 2}
        if not _most(
            assignments, {file.parts[1] for file in files if file.parts[2:] == ("timestamp.txt",)}.__contains__
        ):
            return None
    assignment = _assignment(files, slug, len(collected))
    claims, ignored = [], []
    for file in files:
        if len(file.parts) > 2 and file.parts[1] == assignment:
            inside = () if file.parts[2:] == ("timestamp.txt",) else file.parts[2:]
            student = file.parts[0]
            claims.append((file, Claim(student=student, name=student, folder=f"{student}/{assignment}", inside=inside)))
        elif len(file.parts) < 3 or file.parts[1] == slug:
            ignored.append(file)
    return Layout(name="nbgrader tree", students=_gathered(claims), ignored=tuple(ignored))


def _assignment(files: Sequence[File], slug: str, students: int) -> str:
    """The assignment that is meant. What most students have none of is no assignment."""
    holders = defaultdict(set)
    for file in files:
        if len(file.parts) > 2:
            holders[file.parts[1]].add(file.parts[0])
    if slug in holders:
        return slug
    common = [name for name, who in holders.items() if len(who) * 2 > students] or list(holders)
    if len(common) == 1:
        return common[0]
    listed = plain(", ".join(sorted(common)), 200)
    raise SubmissionsError(
        f"there are several assignments ({listed}), and none is called {slug}; "
        f"say which is meant: --pattern '{{student}}/ASSIGNMENT/{{*}}.py'"
    )


def _expression(pattern: str) -> re.Pattern[str]:
    fields = re.split(r"\{(student|name|attempt|\*)\}", pattern)
    wanted = fields[1::2]
    if wanted.count("student") != 1 or wanted.count("name") > 1 or wanted.count("attempt") > 1:
        shown = plain(pattern, 100)
        raise SubmissionsError(
            f"--pattern must have {{student}} once, and {{name}} and {{attempt}} at most once; {shown!r} does not"
        )
    parts = (_FIELDS[part] if odd else re.escape(part) for odd, part in zip(cycle((False, True)), fields, strict=False))
    return re.compile("".join(parts), re.DOTALL)


def _by_pattern(files: Sequence[File], expression: re.Pattern[str], *, whole: bool) -> Layout:
    claims, ignored = [], []
    for file in files:
        found = expression.fullmatch("/".join(file.parts) if whole else file.name)
        if found is None:
            ignored.append(file)
            continue
        told = found.groupdict()
        claim = Claim(
            student=told["student"],
            name=told.get("name") or told["student"],
            folder=file.shown(),
            inside=(file.name,),
            attempt=told.get("attempt") or "",
        )
        claims.append((file, claim))
    return Layout(name="pattern", students=_gathered(claims), ignored=tuple(ignored))


def _level_of_people(levels: Sequence[Tree], slug: str, *, packed: bool) -> Tree:
    """The level whose files and folders are students.

    Raises:
      SubmissionsError: If that cannot be told.
    """
    inner = levels[-1]
    if len(levels) > 1:
        programs = [file.name for file in inner.files if len(file.parts) == 1 and _may_be_program(file)]
        people = {file.parts[0] for file in inner.files if len(file.parts) > 1 and _may_be_program(file)}
        folders = inner.tops - {file.name for file in inner.files if len(file.parts) == 1}
        others = {folder for folder in folders if folder.lower() not in _PARTS}
        called = any(name.lower().startswith(slug.lower()) for name in programs)
        wrapped = packed and len(levels) == 2  # the one folder that an archive was made of
        if not (wrapped and len(people) + len(programs) > 1):
            if not people & others:  # one student's folders, or none
                if len(programs) > 1 and not (called or people):
                    raise _cannot_be_told(programs)
                return levels[-2]
            if len(others) == 1:
                if programs and not called:
                    raise _cannot_be_told([*others, *programs])
                return levels[-2]
            if programs or people - others or len(people) == 1:
                raise _cannot_be_told([*sorted(folders), *programs])
    _ask_if_folders_hold_people(inner)
    return inner


def _cannot_be_told(names: Sequence[str]) -> SubmissionsError:
    listed = plain(", ".join(names[:5]), 200)
    return SubmissionsError(
        f"whose files these are cannot be told: {listed} may be one student's, or one file or folder a student; "
        "name the folder that they lie in if each is a student's, or say --pattern '{student}.py' or "
        "--pattern '{student}/{*}'"
    )


def _ask_if_folders_hold_people(tree: Tree) -> None:
    """Raises an error where every folder holds several folders with programs, as of a class in sections."""
    inside: dict[str, set[str]] = defaultdict(set)
    for file in tree.files:
        if _may_be_program(file):
            inside[file.parts[0]].add(file.parts[1] if len(file.parts) > 2 else "")
    if inside and all(len(folders - _PARTS) > 1 and "" not in folders for folders in inside.values()):
        top, folders = next(iter(sorted(inside.items())))
        listed = plain(", ".join(sorted(folders)[:5]), 200)
        raise SubmissionsError(
            f"whose files these are cannot be told: {plain(top, 80)} holds several folders with programs ({listed}); "
            "name the folder that holds one folder a student, or say --pattern '{*}/{student}/{*}'"
        )


def _may_be_program(file: File) -> bool:
    return kind(file.name) != "other"


def _plain(tree: Tree) -> Layout:
    claims, ignored = [], []
    for file in tree.files:
        top = file.parts[0]
        if len(file.parts) > 1:
            claims.append((file, Claim(student=top, name=top, folder=top, inside=file.parts[1:])))
        elif _may_be_program(file):
            stem = re.sub(r"\.(?:py|pyw|py\.txt|zip|ipynb|ipynb\.json|ipynb\.txt)$", "", top, flags=re.IGNORECASE)
            claims.append((file, Claim(student=stem, name=stem, folder=top, inside=(top,))))
        else:
            ignored.append(file)
    return Layout(name="one file or folder a student", students=_gathered(claims), ignored=tuple(ignored))


def _gathered(claims: Iterable[tuple[File, Claim]]) -> tuple[Student, ...]:
    """One a student, with what was handed in at the last attempt."""
    of: dict[str, list[tuple[File, Claim]]] = defaultdict(list)
    for file, claim in claims:
        of[claim.student].append((file, claim))
    return _named_apart([_student(of_one) for of_one in of.values()])


def _student(of_one: Sequence[tuple[File, Claim]]) -> Student:
    attempts = sorted({claim.attempt for _, claim in of_one if claim.inside}, key=_natural) or [""]
    last = [(file, claim) for file, claim in of_one if claim.attempt == attempts[-1] and claim.inside]
    about = (last or of_one)[0][1]
    return Student(
        student=about.student,
        name=about.name,
        names=tuple(key for key in about.keys if key),
        files=tuple(file.under(claim.inside) for file, claim in last if claim.what == "file"),
        found=tuple(claim.what for _, claim in last if claim.what != "file"),
        folder=plain(about.folder, 200),
        attempt=attempts[-1],
        earlier=tuple(attempts[:-1]),
    )


def _natural(label: str) -> tuple[str | int, ...]:
    """Numbers in a text count as numbers: "2" comes before "10"."""
    return tuple(int(part) if odd else part for odd, part in zip(cycle((False, True)), _numbers(label), strict=False))


def _numbers(label: str) -> Iterator[str]:
    yield from re.split(r"([0-9]{1,18})", label)


def _named_apart(students: Sequence[Student]) -> tuple[Student, ...]:
    """Students with identifiers as they are shown: plain, short, and no two alike."""
    whole: dict[str, Student] = {}
    for one in students:  # of a group, and of attempts
        before = whole.get(one.student)
        whole[one.student] = replace(before, files=before.files + one.files) if before else one
    shown = {student: plain(student, ID_CAP).strip() or "(nameless)" for student in whole}
    often = Counter(shown.values())
    found = []
    for student, one in whole.items():
        identifier = shown[student]
        if often[identifier] > 1:
            digest = hashlib.sha256(student.encode("utf-8", "surrogatepass")).hexdigest()
            identifier = f"{identifier[: ID_CAP - 9]}~{digest[:8]}"
        name = plain(one.name, ID_CAP).strip() or identifier
        keys = tuple(dict.fromkeys((student, *one.keys)))
        found.append(replace(one, student=identifier, name=name, keys=keys))
    return tuple(sorted(found, key=lambda one: one.student))
