"""The teacher's page: one HTML file that needs no server, loads nothing, and reads well without JavaScript.

What submissions say is hostile. It enters the page as escaped text (``markup``) or as JSON that cannot end its element
(``page_data``), and the script shows it as text alone. The page's policy forbids every request, every script and style
but its own, known by their hashes, and every way to make markup from strings.
"""

import base64
import hashlib
import re
from pathlib import Path

from grader.classroom.reports import page_mistakes as mistakes
from grader.classroom.reports import page_parts as parts
from grader.classroom.reports.page_data import NAME, TITLE, as_json, shown
from grader.classroom.results import Batch
from grader.reports.markup import Markup, cleaned, joined

_HERE = Path(__file__).parent
_SLOT = re.compile(r"\{\{([a-z_]+)\}\}")


def render(batch: Batch) -> str:
    """The page on a class, as one file."""
    seen = shown(batch)
    style, script = (Markup((_HERE / name).read_text("utf-8")) for name in ("style.css", "page.js"))
    exercise, title = cleaned(batch.exercise, NAME), cleaned(batch.title, TITLE)
    slots = {
        "policy": Markup(_policy(style, script)),
        "style": style,
        "script": script,
        "exercise": joined(exercise),
        "title": joined(title),
        "facts": parts.facts(seen),
        "totals": parts.totals(seen),
        "scores": parts.scores(seen),
        "cases": parts.cases(seen),
        "ideas": mistakes.ideas(seen),
        "groups": mistakes.groups(seen),
        "table": parts.table(seen),
        "standings": parts.standing_options(),
        "mistakes": parts.options(seen),
        "students": joined(len(batch.grades)),
        "data": Markup(as_json(seen)),
    }
    # In one pass: what fills a slot is not looked through for slots.
    return _SLOT.sub(lambda slot: slots[slot[1]], (_HERE / "page.html").read_text("utf-8"))


def _policy(style: str, script: str) -> str:
    hashes = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in (style, script)]
    rules = (
        "default-src 'none'",
        f"style-src 'sha256-{hashes[0]}'",
        f"script-src 'sha256-{hashes[1]}'",
        "base-uri 'none'",
        "form-action 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    )
    return "; ".join(rules)
