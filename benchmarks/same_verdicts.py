"""Compares the verdicts of two versions of the grader, program by program and case by case.

    python benchmarks/same_verdicts.py write PROGRAMS --students 1000
    python benchmarks/same_verdicts.py grade PROGRAMS --python OLD/bin/python --out old.json
    python benchmarks/same_verdicts.py grade PROGRAMS --python NEW/bin/python --out new.json
    python benchmarks/same_verdicts.py compare old.json new.json

``write`` collects, for each exercise, its starter, solution, right variants, misconceptions that are whole programs and
wrong submissions of the tests, and a class of ``--students`` for group_norm_1d (see ``class_maker.py``). ``grade`` runs
them through ``grader batch`` of the version that is installed beside the given interpreter, and its kill matrix through
``grader author matrix``: it uses nothing but the command line and the gradebook, so that versions may differ in all
else. ``compare`` prints every difference in an outcome, a case's outcome or points, a named misconception, or a row of
the kill matrix; its exit code is 1 if there is one. The working folder must not hold packages of another version.
"""

import argparse
import json
import random
import re
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Any

CLASS = "group_norm_1d"  # the exercise that the class is of


def main() -> int:
    """Runs the subcommand."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    commands = parser.add_subparsers(required=True)
    write = commands.add_parser("write")
    write.add_argument("programs", type=Path)
    write.add_argument("--students", type=int, default=1000)
    write.set_defaults(run=lambda o: write_programs(o.programs, o.students))
    grade = commands.add_parser("grade")
    grade.add_argument("programs", type=Path)
    grade.add_argument("--python", default=sys.executable)
    grade.add_argument("--out", type=Path, required=True)
    grade.add_argument("--only", action="append", help="exercises; a class is EXERCISE.class")
    grade.set_defaults(run=lambda o: grade_programs(o.programs, o.python, o.out, o.only))
    both = commands.add_parser("compare")
    both.add_argument("before", type=Path)
    both.add_argument("after", type=Path)
    both.set_defaults(run=lambda o: compare(o.before, o.after))
    options = parser.parse_args()
    return options.run(options)


def write_programs(folder: Path, students: int) -> int:
    """Writes every program as FOLDER/EXERCISE/NAME.py, and the class to FOLDER/EXERCISE.class."""
    from class_maker import WRONG, write_class  # the other commands need nothing of the grader

    from grader.course.loader import load_all

    headers = {path: path.read_text("utf-8") for path in sorted(WRONG.glob("*.py"))}
    for exercise in load_all():
        own = folder / exercise.slug
        own.mkdir(parents=True)
        texts = {"starter": exercise.starter, "solution": exercise.solution}
        texts |= {f"right_{variant.name}": variant.source for variant in exercise.spec.right_variants}
        texts |= {f"idea_{idea.name}": idea.source for idea in exercise.spec.misconceptions if idea.source}
        asked = f"# exercise: {exercise.slug}\n"
        texts |= {f"wrong_{path.stem}": text for path, text in headers.items() if text.startswith(asked)}
        for name, text in texts.items():
            (own / f"{name}.py").write_text(text, "utf-8")
        if exercise.slug == CLASS:
            write_class(exercise, folder / f"{CLASS}.class", students, random.Random(0))
        print(f"{exercise.slug}: {len(texts)} programs")
    return 0


def grade_programs(folder: Path, python: str, out: Path, only: list[str] | None) -> int:
    """Grades every folder of programs with one version; writes verdicts and kill matrices as they arrive."""
    found: dict[str, Any] = json.loads(out.read_text("utf-8")) if out.exists() else {}
    for programs in sorted(folder.iterdir()):
        slug, _, of_class = programs.name.partition(".")
        if programs.name in found or (only and programs.name not in only):
            continue
        with tempfile.TemporaryDirectory() as to:
            command = ["batch", slug, str(programs), "--out", to, "--seed", "1", "--jobs", "2"]
            _grader(python, command, accepted=(0, 1, 3))
            found[programs.name] = _verdicts(Path(to))
        if not of_class:
            found[f"{slug} matrix"] = _grader(python, ["author", "matrix", slug], accepted=(0, 1)).splitlines()
        out.write_text(json.dumps(found, indent=1), "utf-8")
        print(f"{programs.name}: {len(found[programs.name])} programs graded", flush=True)
    return 0


def compare(before: Path, after: Path) -> int:
    """Prints what differs."""
    old, new = (json.loads(path.read_text("utf-8")) for path in (before, after))
    differences = [*_differing(old, new)]
    for difference in differences:
        print(difference)
    programs = sum(len(rows) for name, rows in new.items() if not name.endswith(" matrix"))
    matrices = sum(name.endswith(" matrix") for name in new)
    print(f"{programs} programs and {matrices} kill matrices compared: {len(differences)} differences")
    return int(bool(differences))


def _differing(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    lines = [f"only one of them has {name}" for name in sorted(old.keys() ^ new.keys())]
    for name in sorted(old.keys() & new.keys()):
        if name.endswith(" matrix"):
            rows, others = ({row for row in of[name] if not _is_summary(row)} for of in (old, new))
            lines += [f"{name}: {row}" for row in sorted(rows ^ others)]
            continue
        for program in sorted(old[name].keys() | new[name].keys()):
            one, other = old[name].get(program), new[name].get(program)
            if one != other:
                lines.append(f"{name}/{program}:\n  {json.dumps(one)}\n  {json.dumps(other)}")
    return lines


def _is_summary(row: str) -> bool:
    """Whether a line of a matrix is the one below it, which counts in other words and takes another time."""
    return bool(re.fullmatch(r"\w+: all \d+ \w+ hold, [\d.]+ s", row))


def _verdicts(folder: Path) -> dict[str, Any]:
    """Each program's outcome, its cases', and the misconceptions that are named."""
    query = (
        "SELECT student, report FROM standing JOIN verdict ON standing.verdict = verdict.id "
        "WHERE standing.id IN (SELECT max(id) FROM standing GROUP BY student)"
    )
    with closing(sqlite3.connect(folder / "gradebook.sqlite")) as db:
        return {student: _verdict(json.loads(report)) for student, report in db.execute(query)}


def _verdict(report: dict[str, Any]) -> dict[str, Any]:
    cases = [[case["name"], case["outcome"], case["points"], _ideas(case["diagnosis"])] for case in report["cases"]]
    error = report["error"]["kind"] if report["error"] else None
    line = report["departure"]["line"] if report["departure"] else None
    return {"outcome": report["outcome"], "score": report["score"], "error": error, "line": line, "cases": cases}


def _ideas(diagnosis: dict[str, Any] | None) -> list[str]:
    if not diagnosis:
        return []
    if "misconception" in diagnosis:  # schema version 1: one string, joined by "+"
        return diagnosis["misconception"].split("+") if diagnosis["misconception"] else ["unnamed"]
    return [idea["name"] for idea in diagnosis["ideas"]] or ["unnamed"]


def _grader(python: str, command: list[str], accepted: tuple[int, ...]) -> str:
    done = subprocess.run([python, "-m", "grader", *command], capture_output=True, text=True, check=False)
    if done.returncode not in accepted:
        raise SystemExit(f"grader {' '.join(command)} ended with {done.returncode}:\n{done.stderr[-2000:]}")
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
