"""The parts of the teacher's page that are read without JavaScript too: markup from numbers."""

import math
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime

from grader.classroom.reports.page_data import NAME, Shown, number
from grader.classroom.results import Grade
from grader.classroom.statistics import (
    STANDINGS,
    Bin,
    Item,
    checked,
    distribution,
    failures,
    items,
    standing,
    standings,
    unnamed,
)
from grader.reports import words
from grader.reports.markup import Markup, cleaned, element, joined

HEIGHT = 136  # pixels, of the highest column
SPACE = "\u00a0"


def facts(seen: Shown) -> Markup:
    """When, from which inputs, how isolated; a line each."""
    batch = seen.batch
    graded = sorted(grade.graded for grade in batch.grades)
    levels = Counter(g.report.isolation.level if g.report.isolation else "nothing ran" for g in batch.grades)
    seeds = {grade.seed for grade in batch.grades}
    open_seed = f"open, seed {next(iter(seeds))}" if len(seeds) == 1 else "open seeds"
    rows = [
        ("Graded", _span(graded)),
        ("Inputs", "hidden: a secret seed for each text" if batch.hidden else open_seed),
        ("Isolation", ", ".join(f"{level} ({n})" for level, n in levels.most_common()) or "nothing ran"),
    ]
    listed = [element("div", element("dt", name), element("dd", text)) for name, text in rows]
    note = element("p", "Not for grades: ", cleaned(batch.practice), class_="note") if batch.practice else None
    return joined(element("dl", *listed, class_="facts"), note)


def totals(seen: Shown) -> Markup:
    """How many stand how."""
    counted = standings(seen.batch)
    all_of_them = len(seen.batch.grades)
    shares = ((name, n, n / all_of_them if all_of_them else 0.0) for name, n in counted.items())
    return element(
        "ul",
        *(
            element(
                "li",
                element("strong", n),
                element("span", words.STANDINGS[name], class_=f"is-{name}"),
                element("small", percent(share)),
            )
            for name, n, share in shares
        ),
        class_="totals",
    )


def scores(seen: Shown) -> Markup:
    """The distribution as columns with their numbers, and what sums it up."""
    found = distribution(seen.batch)
    if not found.count:
        return element("p", "There are no scores yet.", class_="quiet")
    most = max(b.count for b in found.bins)
    whole = all(float(grade.report.score).is_integer() for grade in checked(seen.batch))
    columns = [_column(b, share=b.count / most, whole=whole) for b in found.bins]
    first, third = (f"{number(round(q, 1))}" for q in found.quartiles)
    said = (
        f"Of {number(seen.batch.max_score)} points, {found.count} students: median {number(round(found.median, 1))}, "
        f"half of them between {first} and {third}; mean {found.mean:.1f}, standard deviation {found.deviation:.1f}."
    )
    return joined(element("p", said), element("ol", *columns, class_="columns"))


def cases(seen: Shown) -> Markup:
    """How each case went."""
    found = items(seen.batch)
    if not any(item.right + item.wrong + item.skipped for item in found):
        return element("p", "No case has been checked yet.", class_="quiet")
    failed = any(item.not_checked for item in found)
    counts = ("Right", "Wrong", "Skipped", *(("Not checked",) if failed else ()))
    head = [
        element("th", "Case", scope="col"),
        element("th", "Points", scope="col", class_="number wide"),
        element("th", "Share right", scope="col", class_="share"),
        *(element("th", name, scope="col", class_="number wide") for name in counts),
        element("th", "Discrimination", scope="col", class_="number"),
    ]
    body = [_case(item, failed=failed) for item in found]
    return element("table", element("thead", element("tr", *head)), element("tbody", *body), class_="cases")


def table(seen: Shown) -> Markup:
    """All students, plainly: for readers without JavaScript."""
    names = ("Student", "File", "Result", "Points", "Cases", "Mistake", "Graded (UTC)")
    kinds = ("name", "file", "result", "number", "number", "mistake", "date")
    cells = (element("th", name, scope="col", class_=kind) for name, kind in zip(names, kinds, strict=True))
    head = element("tr", *cells)
    rows = (_student(seen, grade) for grade in seen.batch.grades)
    return element("table", element("thead", head), element("tbody", *rows), class_="students")


def options(seen: Shown) -> Markup:
    """What the table can be narrowed to, by mistake."""
    listed = [
        element("option", f"{cleaned(idea.title, 70)} ({len(idea.grades)})", value=f"idea={i}")
        for i, idea in enumerate(seen.ideas)
    ]
    nameless, failed = unnamed(seen.batch), sum(len(f.grades) for f in failures(seen.batch))
    if nameless:
        listed.append(element("option", f"no named mistake ({len(nameless)})", value="unnamed"))
    if failed:
        listed.append(element("option", f"the program as a whole failed ({failed})", value="failed"))
    return joined(*listed)


def percent(share: float) -> str:
    """A share in whole percent; never 0 for some, nor 100 for not all."""
    if math.isnan(share):
        return "\u2013"
    if 0 < share < 0.01:  # less than what rounds to 1 %
        return f"<1{SPACE}%"
    return f"{min(99, round(share * 100)) if share < 1 else 100}{SPACE}%"


def bar(share: float) -> Markup:
    """A bar as wide as the share of the room it is given; its number stands beside it."""
    width = 0.0 if math.isnan(share) else round(100 * share, 1)
    return element(
        "svg",
        element("rect", width="100", height="8", class_="room"),
        element("rect", width=f"{width:g}", height="8", class_="filled"),
        class_="bar",
        viewBox="0 0 100 8",
        preserveAspectRatio="none",
        aria_hidden="true",
    )


def when(moment: datetime) -> str:
    """In UTC, to the minute."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M}"


def _span(graded: Sequence[datetime]) -> str:
    if not graded:
        return "nobody yet"
    first, last = when(graded[0]), when(graded[-1])
    if first == last:
        return f"{first} UTC"
    same_day = first[:10] == last[:10]
    return f"{first} to {last[11:] if same_day else last} UTC"


def _column(given: Bin, *, share: float, whole: bool) -> Markup:
    """A bar on end, its number upon it and its scores below."""
    low, high = number(given.low), number(given.high)
    if low == high or (whole and high - low == 1):
        to, spoken = "", f"{low} points"
    elif whole:
        to, spoken = f"\u2013{number(given.high - 1)}", f"{low} to {number(given.high - 1)} points"
    else:
        to, spoken = f"\u2013<{high}", f"{low} to below {high} points"
    filled = element("rect", width="8", height="8", class_="filled")
    height = math.ceil(share * HEIGHT)
    return element(
        "li",
        element("span", given.count or "", class_="count", aria_hidden="true"),
        element(
            "svg",
            filled,
            viewBox="0 0 8 8",
            height=height,
            preserveAspectRatio="none",
            aria_hidden="true",
        ),
        element("span", low, element("span", to, class_="to"), class_="label", aria_hidden="true"),
        element("span", f"{spoken}: {given.count}", class_="spoken"),
    )


def _case(item: Item, *, failed: bool) -> Markup:
    counts = [item.right, item.wrong, item.skipped, *([item.not_checked] if failed else [])]
    told = "\u2013" if item.discrimination is None else f"{item.discrimination:.2f}".replace("-", "\u2212")
    return element(
        "tr",
        element("th", cleaned(item.name, NAME), scope="row"),
        element("td", number(item.max_points), class_="number wide"),
        element("td", element("div", element("span", percent(item.share)), bar(item.share)), class_="share"),
        *(element("td", count, class_="number wide") for count in counts),
        element("td", told, class_="number"),
    )


def _student(seen: Shown, grade: Grade) -> Markup:
    report = grade.report
    stands = standing(grade)
    right = sum(case.outcome == "right" for case in report.cases)
    cells = (
        ("file", _file(cleaned(grade.file, NAME))),
        ("result", element("span", words.STANDINGS[stands], class_=f"is-{stands}")),
        ("number", f"{number(report.score)}"),
        ("number", f"{right} of {len(report.cases)}"),
        ("mistake", seen.reasons[id(grade)]),
        ("date", when(grade.graded)),
    )
    same = grade.student == grade.name
    called = None if same else element("small", cleaned(grade.student, NAME))
    name = element("th", cleaned(grade.name, NAME), called, scope="row", class_="name")
    listed = (element("td", cell, class_=kind) for kind, cell in cells)
    return element("tr", name, *listed, id=f"student={seen.keys[id(grade)]}")


def _file(name: str) -> Markup:
    """The name of a file, with places where a line may break."""
    first, *more = name.split("_")
    return joined(first, *(child for part in more for child in ("_", element("wbr"), part)))


def standing_options() -> Markup:
    """What the table can be narrowed to, by how students stand."""
    return joined(*(element("option", words.STANDINGS[name], value=i) for i, name in enumerate(STANDINGS)))
