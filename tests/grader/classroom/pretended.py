"""A plausible class, built from reports without grading: names, texts, mistakes, what failed, what is missing."""

import hashlib
import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from grader.classroom.results import Batch, Grade, Past
from grader.course import Parameters, Raises
from grader.course.loader import load
from grader.findings.base import Spot
from grader.findings.of_case import Broke, Hidden, Needs, OffBy, Stopped
from grader.findings.of_errors import Idea, Line, Trait, Unrecognised, WrongOnlyWhere
from grader.report import CaseResult, Departure, Diagnosis, Report, ReportError, refused
from grader.sandbox.base import Isolation

EXERCISE = "group_norm_nd"
STRONG = Isolation(layers=("process", "user id", "rlimits", "Landlock", "seccomp"), missing=(), level="strong")
BEGUN = datetime(2025, 3, 14, 16, 2, 11, tzinfo=UTC)
FIRST = (
    "Ada Amir Ana Anouk Astrid Bao Benoît Carla Chidi Chloé Daniel Dmitri Elif Emma Enzo Farid Fatima Femke Giulia "
    "Hana Hiroshi Ibrahim Ines Ingrid Ivan Jonas Julia Kofi Lars Leila Lena Liam Linh Luca Maja Marco María Mateo Mei "
    "Mohamed Nadia Nikhil Nils Noa Olga Omar Paula Pedro Priya Rasmus Ravi Rosa Sami Sara Sofía Søren Tariq Tomás "
    "Wanjiru Yara Yuki Zoë"
)
LAST = (
    "Abe Adeyemi Almeida Andersen Aydın Bauer Becker Bianchi Björklund Blanchard Castro Chen Costa Dahl Díaz Dubois "
    "Eriksen Farouk Fernández Fischer García Haddad Hansen Horvat Ito Ivanova Jensen Kamau Kaya Kim Kowalska Kumar "
    "Larsen Lopes Mäkinen Martin Mensah Moreau Müller Nakamura Nguyen Nowak Okafor Olsen Park Patel Petrov Popescu "
    "Rahman Ricci Rossi Sato Schmidt Silva Singh Tanaka Torres Tran van-den-Berg Wagner Weber Yılmaz Zhang"
)
# The idea, how common it is, the cases that it breaks, and the line that a report names.
IDEAS = (
    ("eps_outside_root", 9, ("small variance", "eps left to its default", "large eps", "bfloat16", "float16"), 18),
    ("groups_interleaved", 7, None, 14),
    ("sample_variance", 5, None, 16),
    ("one_pass_variance", 5, ("large mean", "float16"), 15),
    ("missing_root", 4, None, 18),
    ("parameters_of_torch", 3, ("parameters",), 9),
    ("beta_inside", 3, None, 21),
    ("mean_of_all_channels", 2, None, 13),
    ("eps_ignored", 2, ("constant groups", "large eps"), 17),
    ("statistics_across_groups", 1, None, 15),
    ("eps_outside_root+groups_interleaved", 1, None, 14),
)
LINES = {
    9: 'scale = self.param("weight", nn.initializers.ones, (x.shape[-1],))',
    13: "mean = x.mean(axis=-1, keepdims=True)",
    14: "groups = x.reshape(*x.shape[:-1], -1, self.num_groups)",
    15: "var = (x**2).mean(axis=-1) - mean**2",
    16: "var = groups.var(axis=-1, ddof=1, keepdims=True)",
    17: "x_hat = (groups - mean) / jnp.sqrt(var)",
    18: "x_hat = (groups - mean) / (jnp.sqrt(var) + self.eps)",
    21: "return (x_hat + beta) * gamma",
}
ERRORS = (
    ReportError(kind="missing", finding=Broke(why="missing", entry="MyGroupNorm", names=("GroupNorm",))),
    ReportError(kind="syntax", finding=Broke(why="syntax", message="'(' was never closed", spots=(Spot(line=12),))),
    ReportError(kind="time", finding=Stopped(why="time", limit="10 s", phase="importing")),
)


def pretended_class(size: int, *, hidden: bool = False, seed: int = 0) -> Batch:
    """A class of so many, the same for the same seed."""
    draw = random.Random(seed)
    spec = load(EXERCISE).spec
    grades: list[Grade] = []
    wrong: list[Grade] = []
    for index in range(size):
        name = f"{draw.choice(FIRST.split())} {draw.choice(LAST.split())}"
        if wrong and draw.random() < 0.04:
            copied = draw.choice(wrong)
            report, sha256 = copied.report, copied.sha256
        else:
            report = _report(draw, spec, hidden=hidden)
            sha256 = hashlib.sha256(f"{seed} {index}".encode()).hexdigest()
        nothing = report.error is not None and report.error.kind == "nothing"
        number = 100_000 + draw.randrange(899_999)
        graded = BEGUN + timedelta(seconds=index * 0.7)
        grade = Grade(
            student=f"s{index:04d}-{number}",
            name=name,
            file="" if nothing else f"{name.lower().replace(' ', '')}_{number}_{EXERCISE}.py",
            sha256="" if nothing else sha256,
            report=report,
            graded=graded,
            seed=draw.randrange(2**31) if hidden else 7,
            history=_history(draw, report, graded),
        )
        grades.append(grade)
        wrong += [grade] if grade.sha256 and report.outcome == "wrong" else []
    return Batch(exercise=EXERCISE, title=spec.title, hidden=hidden, practice="", grades=tuple(grades))


def _report(draw, spec, *, hidden):
    seed = None if hidden else 7
    lot = draw.random()
    report = Report(exercise=EXERCISE, cases=(), seed=seed, seconds=draw.uniform(1.2, 2.8), isolation=STRONG)
    if lot < 0.52:
        return replace(report, cases=_cases(spec, seed=seed))
    if lot < 0.55:
        error = refused("nothing", "nothing was handed in")
        cases = _cases(spec, seed=seed, wrong=None, finding=error.finding)
        return replace(report, cases=cases, error=error, isolation=None)
    if lot < 0.60:
        error = draw.choice(ERRORS)
        return replace(report, cases=_cases(spec, seed=seed, wrong=None, finding=error.finding), error=error)
    if lot < 0.61:
        error = refused("grader", "the worker could not be started")
        cases = tuple(replace(c, outcome="not_checked", points=0.0) for c in _cases(spec, seed=seed))
        return replace(report, cases=cases, error=error, fault=True)
    if lot < 0.72:
        return _unnamed(draw, spec, report, seed)
    return _named(draw, spec, report, seed)


def _named(draw, spec, report, seed):
    name, _, wrong, line = draw.choices(IDEAS, [idea[1] for idea in IDEAS])[0]
    ideas = {m.name: m for m in spec.misconceptions}
    diagnosis = Diagnosis(ideas=tuple(Idea(name=n, title=ideas[n].title, text=ideas[n].text) for n in name.split("+")))
    spot = Spot(line=line + draw.randrange(3), text=LINES[line])
    found = Line(what="departs", spot=spot, right=("mean", "variance"), missing="variance + eps")
    departure = Departure(case="small variance", found=found)
    values = [c.name for c in spec.cases if not isinstance(c.check, Parameters | Raises)]
    cases = _cases(
        spec,
        seed=seed,
        wrong=wrong or values,
        diagnosis=diagnosis,
        margin=draw.uniform(1e3, 9e5),
    )
    return replace(report, cases=cases, departure=None if seed is None else departure)


def _unnamed(draw, spec, report, seed):
    lot = draw.random()
    if lot < 0.3:
        at = Spot(line=14, text="x.reshape(shape=s)", function="__call__")
        raised = Broke(why="raised", type="TypeError", message="reshape() got an unexpected keyword", spots=(at,))
        return replace(report, cases=_cases(spec, seed=seed, wrong=None, finding=raised, output="shape (3, 16)\n" * 9))
    wrong = tuple(draw.sample([c.name for c in spec.cases[1:]], 2 if lot < 0.8 else 5))
    cases = _cases(
        spec,
        seed=seed,
        wrong=wrong,
        diagnosis=Diagnosis(observations=(Unrecognised(some=False),)),
        margin=draw.uniform(5, 80),
    )
    return replace(report, cases=cases)


def _cases(spec, *, seed, wrong=(), finding=None, diagnosis=None, margin=None, output=""):
    """Cases of which those named are wrong, and what needs them is skipped; without names, all are wrong."""
    cases = []
    right: set[str] = set()
    for number, case in enumerate(spec.cases):
        missing = [name for name in case.needs if name not in right]
        outcome = "wrong" if wrong is None else "skipped" if missing else "wrong" if case.name in wrong else "right"
        if outcome == "right":
            right.add(case.name)
        values = OffBy(
            index=(0, 5),
            part="",
            expected=0.31 + number / 7,
            got=0.9554,
            error=abs(0.6454 - number / 7),
            allowed=1.9e-06,
            count=48,
            size=48,
        )
        told = {"wrong": finding or (Hidden() if seed is None else values), "right": None}
        cases.append(
            CaseResult(
                name=case.name,
                seed=None if seed is None else seed + number,
                outcome=outcome,
                points=case.points if outcome == "right" else 0.0,
                max_points=case.points,
                situation=f"num_groups=4 eps=0.001  x: float32[3, 16], std {0.5 + number / 16:g}",
                finding=told[outcome] if outcome in told else Needs(case=missing[0]),
                output=output if outcome == "wrong" else "",
                diagnosis=diagnosis if outcome == "wrong" else None,
                margin=margin if outcome == "wrong" and seed is not None else None,
                visibility="hidden" if seed is None else "public",
            )
        )
    return tuple(cases)


def _history(draw, report, graded):
    if draw.random() > 0.2 or (report.error and report.error.kind == "nothing"):
        return ()
    first = Past(outcome="wrong", score=float(draw.randrange(9)), graded=graded - timedelta(days=6), why="submission")
    second = Past(outcome="wrong", score=first.score + 2, graded=graded - timedelta(days=2), why="submission, grader")
    return (first, second) if draw.random() < 0.4 else (second,)


BAD = (
    "<script>window.executed=1</script>",
    "</script><script>window.executed=1</script>",
    '"><img src="/leak" onerror="window.executed=1">',
    "'><svg onload=window.executed=1>",
    "<!--<script>",
    "javascript:window.executed=1",
    "\u202eevil.py",
    "{{data}}",
    "__proto__",
    "constructor",
    "<a href='/leak' ping='/leak'>x</a>",
    "x" * 10_000,
    "\x00\x1b]0;title\x07\ud800",
)


def hostile_class() -> Batch:
    """A class in which everything that a student, or an exercise, can say is hostile."""
    spec = load(EXERCISE).spec
    grades = []
    for number, bad in enumerate(BAD):
        diagnosis = Diagnosis(ideas=(Idea(name=bad, title=bad, text=bad),))
        if number % 2:
            seen = WrongOnlyWhere(traits=(Trait(name="argument", argument=bad, value=bad),))
            diagnosis = Diagnosis(observations=(seen,))
        at = Spot(line=3, cell=bad, text=bad, function=bad)
        raised = Broke(why="raised", type=bad, message=bad, names=(bad,), spots=(at,))
        cases = _cases(spec, seed=7, wrong=("parameters", "images"), finding=raised, diagnosis=diagnosis, output=bad)
        report = Report(
            exercise=bad,
            cases=tuple(replace(case, name=f"{case.name} {bad}", situation=bad) for case in cases),
            seed=7,
            seconds=1.0,
            isolation=Isolation(layers=(bad,), missing=(bad,), level="none"),
            error=refused(bad, bad) if number % 3 == 0 else None,
            note=bad,
            departure=Departure(case=bad, found=Line(what="departs", spot=at, right=(bad,), missing=bad, detail=bad)),
        )
        past = Past(outcome="wrong", score=1.0, graded=BEGUN, why=bad)
        # The same text from all: every name is shown beside every report.
        grade = Grade(
            student=bad, name=bad, file=bad, sha256="ab", report=report, graded=BEGUN, seed=7, history=(past,)
        )
        grades += [grade, replace(grade, sha256="")]
    return Batch(exercise=BAD[0], title=BAD[1], hidden=False, practice=BAD[2], grades=tuple(grades))
