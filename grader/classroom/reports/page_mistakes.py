"""What programs of the class are wrong by, for the teacher's page: misconceptions, and groups that are wrong alike."""

from collections.abc import Iterator, Sequence

from grader.classroom.alike import Cluster
from grader.classroom.reports.page_data import NAME, TITLE, Shown
from grader.classroom.reports.page_parts import bar, percent
from grader.classroom.results import Grade
from grader.classroom.statistics import Ranked, checked, failures, unnamed
from grader.reports import words
from grader.reports.markup import Markup, cleaned, element, joined
from grader.reports.sentences import message, place
from grader.reports.words import KINDS

EXAMPLES, NAMED, SHOWN_CLUSTERS = 4, 12, 12
CODE, SAID = 160, 400  # characters of a line of a program, and of what a report says


def ideas(seen: Shown) -> Markup:
    """Misconceptions, and below them what has no name."""
    if not seen.ideas:
        return joined(element("p", "No program shows a named misconception.", class_="quiet"), _others(seen))
    most = len(seen.ideas[0].grades)
    ranked = element("ol", *(_idea(seen, i, idea, most) for i, idea in enumerate(seen.ideas)), class_="ideas")
    return joined(ranked, _others(seen))


def groups(seen: Shown) -> Markup:
    """Clusters of more than one; the largest at once, the others on demand."""
    several = [(i, c) for i, c in enumerate(seen.clusters) if len(c.grades) > 1]
    alone = len(seen.clusters) - len(several)
    rest = f"{alone} {'is' if alone == 1 else 'are'} wrong in a way that no other program shares." if alone else ""
    if not several:
        return element("p", rest or "Nothing is wrong.", class_="quiet")
    first, more = several[:SHOWN_CLUSTERS], several[SHOWN_CLUSTERS:]
    parts = [element("ol", *(_group(seen, i, c) for i, c in first), class_="groups")]
    if more:
        listed = element("ol", *(_group(seen, i, c) for i, c in more), class_="groups", start=len(first) + 1)
        parts.append(element("details", element("summary", f"{len(more)} smaller groups"), listed))
    return joined(*parts, element("p", rest, class_="quiet") if rest else None)


def _idea(seen: Shown, place: int, idea: Ranked, most: int) -> Markup:
    count = len(idea.grades)
    others = f"; {idea.among_others} of them with another mistake" if idea.among_others else ""
    of_all = f"{count} of {len(checked(seen.batch))} students, {percent(idea.share)}{others}"
    examples = _examples(seen, idea.grades)
    return element(
        "li",
        element("div", element("strong", count), bar(count / most), class_="rank"),
        element(
            "div",
            element("h3", cleaned(idea.title, TITLE)),
            element("p", of_all, class_="quiet"),
            element("p", cleaned(idea.text)) if idea.text else None,
            element("ul", *examples, class_="examples"),
            _show(f"idea={place}", count, idea.title),
        ),
        id=f"idea-{place}",
    )


def _examples(seen: Shown, grades: Sequence[Grade]) -> Iterator[Markup]:
    """Students, those first whose reports name a line."""
    ordered = sorted(grades, key=lambda grade: _line(grade) is None)
    for grade in ordered[:EXAMPLES]:
        code = _line(grade)
        shown = (f", {code[0]}: ", element("code", code[1])) if code else ()
        yield element("li", _link(seen, grade), *shown)


def _line(grade: Grade) -> tuple[str, str] | None:
    """The line on which the program departs, with the text that the report quotes."""
    spot = grade.report.departure.spot if grade.report.departure else None
    return (cleaned(place(spot), CODE), cleaned(spot.text, CODE)) if spot and spot.text else None


def _others(seen: Shown) -> Markup:
    """What is wrong and is no named idea: programs that failed as a whole, by the reason, and the rest."""
    rows = [
        element("li", f"{KINDS.get(f.kind, cleaned(f.kind, NAME))}: ", element("strong", len(f.grades)))
        for f in failures(seen.batch)
    ]
    nameless = len(unnamed(seen.batch))
    if nameless:
        rows.append(element("li", "wrong values that no named mistake gives: ", element("strong", nameless)))
    if not rows:
        return joined()
    return joined(element("h3", "Wrong for other reasons"), element("ul", *rows, class_="others"))


def _group(seen: Shown, place: int, cluster: Cluster) -> Markup:
    titles = {idea.name: cleaned(idea.title, TITLE) for idea in seen.ideas}
    count = len(cluster.grades)
    head = "; ".join(titles[name] for name in cluster.misconceptions) or seen.reasons[id(cluster.grades[0])]
    same = {count: "", 1: "All handed in the same text."}.get(cluster.texts, f"{cluster.texts} different texts.")
    return element(
        "li",
        element("div", element("strong", count), class_="rank"),
        element(
            "div",
            element("h3", head),
            element("p", _unnamed_way(cluster), class_="said") if not cluster.misconceptions else None,
            element("p", cleaned(f"{_where(cluster)} {same}".strip()), class_="quiet"),
            element("p", *_names(seen, cluster.grades), class_="names"),
            _show(f"group={place}", count, f"group {place + 1}") if count > NAMED else None,
        ),
        id=f"group-{place}",
    )


def _where(cluster: Cluster) -> str:
    """Which cases are wrong, or, where those are most, which are not."""
    cases = cluster.grades[0].report.cases
    if cluster.error:
        return ""
    if len(cluster.cases) == len(cases):
        return "Wrong in every case."
    wrong = f"Wrong in {len(cluster.cases)} of {len(cases)} cases"
    if 2 * len(cluster.cases) <= len(cases):
        return f"{wrong}: {', '.join(cluster.cases)}."
    right = ", ".join(case.name for case in cases if case.outcome == "right")
    return f"{wrong}: all that were reached{f' but {right}' if right else ''}."


def _unnamed_way(cluster: Cluster) -> str:
    """What the first program's report says, of those that show no named idea."""
    report = cluster.grades[0].report
    if report.error:
        return cleaned(words.error(report), SAID)
    first = next(case for case in report.cases if case.outcome == "wrong")
    return cleaned(words.diagnosis(first) or message(first.finding), SAID)


def _names(seen: Shown, grades: Sequence[Grade]) -> Iterator[Markup | str]:
    """The first students; those with the same text stand together."""
    same: dict[str, list[Grade]] = {}
    for grade in grades:
        same.setdefault(grade.sha256 or f"{id(grade)}", []).append(grade)
    shown = 0
    for text in same.values():
        if shown >= NAMED:
            break
        first = text[: NAMED - shown]
        links = [joined(" and " if place else None, _link(seen, grade)) for place, grade in enumerate(first)]
        alike = element("small", f" (same text{f', {len(text)} in all' if len(text) > len(first) else ''})")
        yield joined(", " if shown else None, *links, alike if len(text) > 1 else None)
        shown += len(first)
    if len(grades) > shown:
        yield f" and {len(grades) - shown} more"


def _show(address: str, count: int, what: str) -> Markup:
    label = f"Show {'the one student' if count == 1 else f'all {count}'} in the table"
    spoken = element("span", f": {cleaned(what, TITLE)}", class_="spoken")
    return element("p", element("a", label, spoken, href=f"#{address}"), class_="scripted")


def _link(seen: Shown, grade: Grade) -> Markup:
    key = seen.keys[id(grade)]
    return element("a", cleaned(grade.name, NAME) or key, href=f"#student={key}", class_="student")
