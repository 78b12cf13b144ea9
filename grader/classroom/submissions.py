"""The submissions of a class, found: every student with a text to grade, or the sentence why there is none."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from grader.classroom.fault_log import LOG
from grader.classroom.gradebook import NO_TEXT
from grader.classroom.roster import Entry, enrolled
from grader.classroom.whose import Student, recognised
from grader.course.loader import Loaded
from grader.findings.coding import encoded
from grader.pipeline import asked_of
from grader.report import ReportError, refused
from grader.submission.archives import in_archive
from grader.submission.files import SubmissionsError, in_folder, kind
from grader.submission.reader import Reader, ReaderError
from grader.submission.reading import Submission, UnreadableError
from grader.submission.which_file import UndecidedError
from grader.text import plain


@dataclass(frozen=True, kw_only=True)
class HandedIn:
    """What one student handed in.

    Attributes:
      student: identifier.
      name: for people; plain.
      file: where it was found; plain, empty if there is none.
      sha256: of the program, its modules and notes; of the sentence, after ``NO_TEXT``, where there is no program.
      submission: what to grade; None if it cannot be.
      problem: why it cannot be; None if it can.
      fault: whether the problem is not the student's: it cannot be told which file is meant, or we failed.
      notes: what was decided about it, for the teacher: which of several files, which attempt.
    """

    student: str
    name: str
    file: str
    sha256: str
    submission: Submission | None = None
    problem: ReportError | None = None
    fault: bool = False
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Class:
    """All that was found.

    Attributes:
      layout: what was recognised.
      students: by identifier, those with nothing included.
      programs: paths of programs that belong to nobody.
      ignored: paths of other files that belong to nobody.
      strangers: who handed in and is not in the roster.
    """

    layout: str
    students: tuple[HandedIn, ...]
    programs: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    strangers: tuple[str, ...] = ()


def find(
    path: Path,
    exercise: Loaded,
    *,
    pattern: str | None = None,
    roster: tuple[Entry, ...] = (),
    file: str = "",
    done: Callable[[int, int], None] = lambda _done, _all: None,
) -> Class:
    """Finds a class's submissions.

    Args:
      path: a folder or a zip archive; see ``whose`` for what may be in it.
      exercise: what they are to solve.
      pattern: of the files' names, where no layout is to be guessed.
      roster: who should have handed in; empty for whoever did.
      file: the name of the file that is meant, of students who hand in several; empty for what the files say.
      done: is told how many students' files have been read, of how many.

    Raises:
      SubmissionsError: if there is nothing to grade.
    """
    tree, root = (in_folder(path), path.resolve().name) if path.is_dir() else (in_archive(path), path.stem)
    layout = recognised(tree, slug=exercise.slug, root=root, packed=not path.is_dir(), pattern=pattern)
    if not layout.students:
        raise SubmissionsError(
            f"{plain(str(path), 200)} holds no submissions: {len(tree.files)} files, none of them somebody's .py file; "
            f"name the folder that holds one file or one folder a student, or say --pattern"
        )
    students, strangers = enrolled(layout.students, roster) if roster else (layout.students, ())
    named = {entry.student: entry.file for entry in roster}
    found = []
    with Reader() as reader:
        for number, student in enumerate(students):
            found.append(handed_in(student, exercise, reader, file=named.get(student.student) or file))
            done(number + 1, len(students))
    nobodys = [(one.shown(), kind(one.name) != "other") for one in layout.ignored]
    return Class(
        layout=layout.name,
        students=tuple(found),
        programs=tuple(shown for shown, program in nobodys if program),
        ignored=tuple(shown for shown, program in nobodys if not program),
        strangers=strangers,
    )


def handed_in(student: Student, exercise: Loaded, reader: Reader, *, file: str = "") -> HandedIn:
    """What one student's files come to: the text to grade, or the sentence why there is none.

    Args:
      student: whose they are.
      exercise: what they are to solve.
      reader: reads them.
      file: the name of the file that is meant; empty if none is named.
    """
    try:
        read = reader.read(student.files, asked_of(exercise, file), found=student.found)
    except UndecidedError as error:
        return _without_text(student, refused("which_file", str(error)), fault=True)
    except UnreadableError as error:
        return _without_text(student, refused(error.kind, str(error)))
    except ReaderError as error:
        LOG.exception("reading what %s handed in failed", student.student)
        return _without_text(student, refused("grader", str(error)), fault=True)
    submission = read.submission
    parts = [submission.source, submission.notes, sorted(submission.modules.items())]
    sha256 = hashlib.sha256(json.dumps(parts).encode()).hexdigest()
    where = next((one.shown() for one in student.files if one.parts == read.file[: len(one.parts)]), student.folder)
    return HandedIn(
        student=student.student,
        name=student.name,
        file=where,
        sha256=sha256,
        submission=submission,
        notes=(*_notes(student), *read.reasons),
    )


def _notes(student: Student) -> tuple[str, ...]:
    if not student.earlier:
        return ()
    listed = plain(", ".join(student.earlier[-5:]), 200)
    return (
        f"the last of {len(student.earlier) + 1} attempts counts, {plain(student.attempt, 60)}; not graded: {listed}",
    )


def _without_text(student: Student, problem: ReportError, *, fault: bool = False) -> HandedIn:
    found = json.dumps([problem.kind, encoded(problem.finding)], sort_keys=True)  # ASCII, whatever a name holds
    digest = hashlib.sha256(found.encode()).hexdigest()
    return HandedIn(
        student=student.student,
        name=student.name,
        file=student.folder,
        sha256=NO_TEXT + digest,
        problem=problem,
        fault=fault,
        notes=_notes(student),
    )
