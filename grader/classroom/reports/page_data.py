"""What the page's script reads: every report once, every text once, as one JSON value.

Students of a class share most of what their reports say. Texts stand in one table, cases in another whose rows refer to
texts by number, reports in a third whose rows refer to cases: a class of thousands is a file of a few megabytes.
"""

import hashlib
import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from grader.classroom.alike import Cluster, clusters
from grader.classroom.results import Batch, Grade
from grader.classroom.statistics import STANDINGS, Ranked, duplicates, misconceptions, standing
from grader.report import CaseResult, Report
from grader.reports import words
from grader.reports.markup import cleaned
from grader.reports.sentences import message
from grader.reports.words import KINDS

NAME, TITLE, OUTPUT = 120, 200, 2000  # the most characters of a name, of an idea's title, of what a program printed
UNNAMED = "no named mistake"
_PLAIN_KEY = re.compile(r"[A-Za-z0-9._@-]{1,64}")


@dataclass(kw_only=True)
class Table:
    """Rows that are kept once and referred to by number."""

    rows: list[Any] = field(default_factory=list)
    _at: dict[str, int] = field(default_factory=dict)

    def at(self, row: str | Sequence[Any]) -> int:
        """The row's number."""
        known = row if isinstance(row, str) else repr(row)
        if known not in self._at:
            self._at[known] = len(self.rows)
            self.rows.append(cleaned(row) if isinstance(row, str) else row)
        return self._at[known]


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A class as the page shows it: worked out once, for the page's parts and for its script.

    Attributes:
      batch: the class.
      ideas: ranked.
      clusters: the largest first.
      keys: what each grade is called in the page's address, by the grade's ``id``.
      reasons: in a few words, why it is not right, by the same; empty where it is.
    """

    batch: Batch
    ideas: tuple[Ranked, ...]
    clusters: tuple[Cluster, ...]
    keys: Mapping[int, str]
    reasons: Mapping[int, str]


def shown(batch: Batch) -> Shown:
    """Works out what the page shows."""
    ideas = misconceptions(batch)
    titles = {idea.name: cleaned(idea.title, TITLE) for idea in ideas}
    return Shown(
        batch=batch,
        ideas=ideas,
        clusters=clusters(batch),
        keys=_keys(batch.grades),
        reasons={id(grade): _reason(grade, titles) for grade in batch.grades},
    )


def _keys(grades: Sequence[Grade]) -> dict[int, str]:
    """Different for each student, the same every time, in characters that are safe anywhere."""
    found: dict[str, Grade] = {}
    for place, grade in enumerate(grades):
        key = grade.student if _PLAIN_KEY.fullmatch(grade.student) else _digest(grade.student)
        found[key if key not in found else _digest(f"{place} {key}")] = grade
    return {id(grade): key for key, grade in found.items()}


def _digest(text: str) -> str:
    return "~" + hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def _reason(grade: Grade, titles: Mapping[str, str]) -> str:
    if grade.report.error:
        return KINDS.get(grade.report.error.kind, cleaned(grade.report.error.kind.replace("_", " "), NAME))
    if grade.report.outcome != "wrong":
        return ""
    return "; ".join(titles[idea.name] for idea in grade.report.ideas) or UNNAMED


def as_json(seen: Shown) -> str:
    """The data, ASCII, without a character that could end the element that it stands in."""
    text = json.dumps(_data(seen), allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _data(seen: Shown) -> dict[str, Any]:
    texts, cases, reports = Table(), Table(), Table()
    number_of = {idea.name: number for number, idea in enumerate(seen.ideas)}
    cluster_of = {id(grade): number for number, cluster in enumerate(seen.clusters) for grade in cluster.grades}
    same = {grade.sha256: number for number, grades in enumerate(duplicates(seen.batch)) for grade in grades}
    students = [
        [
            seen.keys[id(grade)],
            cleaned(grade.name, NAME),
            cleaned(grade.student, NAME),
            cleaned(grade.file, NAME),
            STANDINGS.index(standing(grade)),
            number(grade.report.score),
            sum(case.outcome == "right" for case in grade.report.cases),
            texts.at(seen.reasons[id(grade)]),
            reports.at(_report(grade.report, texts, cases)),
            [number_of[idea.name] for idea in grade.report.ideas if idea.name in number_of],
            cluster_of.get(id(grade), -1),
            same.get(grade.sha256, -1),
            int(grade.graded.timestamp()),
            grade.seed,
            [[p.outcome, number(p.score), int(p.graded.timestamp()), texts.at(p.why)] for p in grade.history],
            round(grade.report.seconds, 1),
        ]
        for grade in seen.batch.grades
    ]
    return {
        "max": number(seen.batch.max_score),
        "ideas": [[cleaned(idea.name, NAME), cleaned(idea.title, TITLE)] for idea in seen.ideas],
        "texts": texts.rows,
        "cases": cases.rows,
        "reports": reports.rows,
        "students": students,
    }


def _report(report: Report, texts: Table, cases: Table) -> list[Any]:
    """Cases, error, fault, note, departure, isolation; 0 where there is none."""
    isolation = report.isolation
    return [
        [cases.at(_case(case, texts)) for case in report.cases],
        [texts.at(report.error.kind), texts.at(words.error(report))] if report.error else 0,
        int(report.fault),
        texts.at(report.note) if report.note else -1,
        _departure(report, texts),
        texts.at(_isolation(report)) if isolation else -1,
    ]


def _departure(report: Report, texts: Table) -> list[Any] | int:
    found = report.departure
    return [texts.at(found.case), found.line or 0, texts.at(words.departure(report))] if found else 0


def _isolation(report: Report) -> str:
    isolation = report.isolation
    if not isolation:
        return ""
    missing = f"; not isolated: {', '.join(isolation.missing)}" if isolation.missing else ""
    return f"{isolation.level} ({', '.join(isolation.layers) or 'nothing'}{missing})"


def _case(case: CaseResult, texts: Table) -> list[Any]:
    """A right case says nothing but its name, points, situation and seed."""
    row = [texts.at(case.name), case.outcome, number(case.points), number(case.max_points), texts.at(case.situation)]
    row.append(-1 if case.seed is None else case.seed)
    if case.outcome == "right":
        return row
    diagnosis = _diagnosis(case, texts)
    margin = case.margin if case.margin is not None and math.isfinite(case.margin) else -1
    return [*row, texts.at(message(case.finding)), texts.at(cleaned(case.output, OUTPUT)), diagnosis, margin]


def _diagnosis(case: CaseResult, texts: Table) -> list[int] | int:
    """The ideas' names, and all in words; 0 where there is no diagnosis."""
    if not case.diagnosis:
        return 0
    return [texts.at(" and ".join(idea.name for idea in case.diagnosis.ideas)), texts.at(words.diagnosis(case))]


def number(value: float) -> float | int:
    """Points without the ".0" that whole points need not have."""
    value = round(value, 4)
    return int(value) if value == int(value) else value
