"""The submissions of a class, found: every student with a text to grade, or the sentence why there is none."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from exercises.loader import Loaded
from grader.batch.archives import in_archive
from grader.batch.choosing import chosen
from grader.batch.gradebook import NO_TEXT
from grader.batch.layouts import Student, recognised
from grader.batch.roster import Entry, enrolled
from grader.batch.tree import File, RefusedError, SubmissionsError, in_folder
from grader.report import ReportError
from grader.submission import Submission, UnreadableError, submission_from
from grader.text import plain


@dataclass(frozen=True, kw_only=True)
class HandedIn:
    """What one student handed in.

    Attributes:
      student: identifier.
      name: for people; plain.
      file: where it was found; plain, empty if there is none.
      sha256: of the file's bytes, or of a notebook's program; of the sentence, after ``NO_TEXT``, where there is no
        file.
      submission: what to grade; None if it cannot be.
      problem: why it cannot be; None if it can.
    """

    student: str
    name: str
    file: str
    sha256: str
    submission: Submission | None = None
    problem: ReportError | None = None


@dataclass(frozen=True, kw_only=True)
class Class:
    """All that was found.

    Attributes:
      layout: what was recognised.
      students: by identifier, those with nothing included.
      ignored: paths that belong to nobody.
      strangers: who handed in and is not in the roster.
    """

    layout: str
    students: tuple[HandedIn, ...]
    ignored: tuple[str, ...] = ()
    strangers: tuple[str, ...] = ()


def find(path: Path, exercise: Loaded, *, pattern: str | None = None, roster: tuple[Entry, ...] = ()) -> Class:
    """Finds a class's submissions.

    Args:
      path: a folder or a zip archive; see ``layouts`` for what may be in it.
      exercise: what they are to solve.
      pattern: of the files' names, where no layout is to be guessed.
      roster: who should have handed in; empty for whoever did.

    Raises:
      SubmissionsError: if there is nothing to grade.
    """
    files, root = _files(path)
    layout = recognised(files, slug=exercise.slug, root=root, pattern=pattern)
    if not layout.students:
        raise SubmissionsError(
            f"{plain(str(path), 200)} holds no submissions: {len(files)} files, none of them somebody's .py file; "
            f"name the folder that holds one file or one folder a student, or say --pattern"
        )
    students, strangers = enrolled(layout.students, roster) if roster else (layout.students, ())
    return Class(
        layout=layout.name,
        students=tuple(handed_in(student, exercise) for student in students),
        ignored=layout.ignored,
        strangers=strangers,
    )


def _files(path: Path) -> tuple[list[File], str]:
    """All files, and what their folder is called."""
    if path.is_dir():
        return in_folder(path), path.resolve().name
    files = in_archive(path)
    tops = {file.parts[0] for file in files}
    # Who packs a folder gets an archive with that one folder in it.
    if tops == {path.stem} and all(len(file.parts) > 1 for file in files):
        files = [file.below(1) for file in files]
    return files, path.stem


def handed_in(student: Student, exercise: Loaded) -> HandedIn:
    """What one student's files come to: the text to grade, or the sentence why there is none."""
    file = chosen(student.files, exercise.slug)
    if isinstance(file, ReportError):
        return _without_text(student, file)
    try:
        data = file.read()
    except RefusedError as error:
        message = f"{plain(file.name, 80)} was not read: {error}; hand in the file itself, called {exercise.slug}.py"
        return _without_text(student, ReportError(kind="not_read", message=message))
    sha256 = hashlib.sha256(data).hexdigest()
    where = file.shown()
    try:
        # One name for all: a program must not be told whose it is, and the same text gets the same report.
        name = f"{exercise.slug}{file.kind}"
        submission = submission_from(data, name=name, starter=exercise.starter, entry=exercise.spec.entry.name)
    except UnreadableError as error:
        problem = ReportError(kind=error.kind, message=str(error))
        return HandedIn(student=student.student, name=student.name, file=where, sha256=sha256, problem=problem)
    if submission.places:  # what else is in a notebook, such as a picture, changes nothing
        read = "\n".join([submission.source, *submission.notes])
        sha256 = hashlib.sha256(read.encode("utf-8", "surrogatepass")).hexdigest()
    return HandedIn(student=student.student, name=student.name, file=where, sha256=sha256, submission=submission)


def _without_text(student: Student, problem: ReportError) -> HandedIn:
    digest = hashlib.sha256(f"{problem.kind}\n{problem.message}".encode("utf-8", "surrogatepass")).hexdigest()
    return HandedIn(
        student=student.student, name=student.name, file=student.folder, sha256=NO_TEXT + digest, problem=problem
    )
