"""Every kind of finding: it has words, survives being written as JSON, and tells a hidden run what it may."""

import json
import types
import typing
from dataclasses import MISSING, fields, is_dataclass
from itertools import product

import pytest

from grader.course.loader import load
from grader.diagnosis import traits
from grader.findings import of_case, of_errors
from grader.findings.base import Finding, Spot
from grader.findings.coding import KINDS, decoded, encoded
from grader.judge import redaction
from grader.judge.comparison import Comparison
from grader.plan.cases import make_plan
from grader.reports import as_json, diagnosis_in_words, sentences
from grader.sandbox import base, transcript

CASE = make_plan(load("group_norm_1d"), seed=0).cases[0]
OTHER_TRAITS = ("rank", "rank_at_least", "rank_at_most", "default", "argument")
ENDINGS = typing.get_args(typing.get_type_hints(base.Ending)["kind"])
# Strings that are words of ours, where the type does not say so.
WORDS = {
    (of_case.Broke, "why"): transcript.KINDS,
    (Spot, "text"): ("x = 1",),
    (of_case.Broke, "type"): ("ValueError", "NotImplementedError", "EOFError", *sentences.CONCRETE),
    (of_case.Stopped, "why"): tuple(kind for kind in ENDINGS if kind != "not_started"),
    (of_case.LeftOut, "why"): ("raised", *sentences.LEFT_OUT),
    (of_case.MadeParameter, "instead"): ("", *sentences.INSTEAD),
    (of_errors.Trait, "name"): (*(trait.name for trait, _ in traits._TRAITS), *OTHER_TRAITS),
    (of_errors.Scaled, "meaning"): ("", "-1", "sqrt(2)", "sqrt((n - 1) / n)"),
    (of_errors.ScaledEach, "trend"): (0, 1, -1),
}
SMUGGLED = 64_262


def made(kind, **given):
    """Findings of a kind, with each choice that a field leaves; arguments stand for such choices."""
    hints = typing.get_type_hints(kind)
    choices = [given.get(f.name) or options(kind, f, hints[f.name]) for f in fields(kind)]
    for values in product(*choices):
        yield kind(**dict(zip((f.name for f in fields(kind)), values, strict=True)))


def options(kind, field, hint):
    if (kind, field.name) in WORDS:
        return WORDS[kind, field.name]
    found = of_type(hint)
    return found if field.default is MISSING or field.default in found else [*found, field.default]


def of_type(hint):
    if typing.get_origin(hint) in (types.UnionType, typing.Union):
        return [value for option in typing.get_args(hint) for value in of_type(option)]
    if typing.get_origin(hint) is typing.Literal:
        return list(typing.get_args(hint))
    if typing.get_origin(hint) is tuple:
        return [(value,) for value in of_type(typing.get_args(hint)[0])]
    if is_dataclass(hint):
        return list(made(hint))
    return {str: ["word"], int: [2], float: [0.5, float("inf")], bool: [False, True], type(None): [None]}[hint]


# Exceptions of a submission's own may come without a message; what the worker itself finds has one.
WORDLESS = ("syntax", "import", "raised", "memory", "blocked", "constructor", "exited", "missing")


def can_be(found):
    """Whether the judge or the diagnosis would make such a finding."""
    match found:
        case of_errors.Line(what="aside" | "returned"):
            return bool(found.right)
        case of_errors.Line(what="default" | "parameter" | "named"):
            return bool(found.detail)
        case of_errors.Line(what="unfinished"):
            return bool(found.missing)
        case of_errors.Trait(name="default" | "argument"):
            return bool(found.argument)
        case of_errors.WrongOnlyWhere() | of_errors.RightOnlyWhere():
            return all(map(can_be, found.traits))
        case of_case.WrongDtype():
            return bool(found.what or found.of_x)
        case of_case.NotRaised(did="exited" | "raised"):
            return found.shape is None
        case of_case.Broke():
            return bool(found.entry and (found.message or found.why in WORDLESS))
        case of_case.Stopped():
            return bool(found.limit)
    return True


def all_of(kind):
    """All findings of a kind that can be, as far as words differ."""
    return list(filter(can_be, made(kind)))


EACH = pytest.mark.parametrize("kind", [pytest.param(kind, id=name) for name, kind in KINDS.items()])


def test_a_kind_is_one_word_of_one_class():
    assert len({found.kind for found in KINDS.values()}) == len(KINDS)
    assert all(kind == found.kind and kind.isidentifier() and kind.islower() for kind, found in KINDS.items())
    defined = {
        found
        for module in (of_case, of_errors)
        for found in vars(module).values()
        if isinstance(found, type) and issubclass(found, Finding) and found is not Finding
    }
    assert set(KINDS.values()) == defined


def test_the_schema_names_every_kind():
    schema = json.loads(as_json.SCHEMA.read_text("utf-8"))
    named = schema["$defs"]["finding"]["properties"]["kind"]["enum"]
    assert sorted(named) == named == sorted(KINDS)


@EACH
def test_what_is_written_is_read_as_the_same(kind):
    for found in all_of(kind):
        written = json.dumps(encoded(found), allow_nan=False)
        assert json.loads(written)["kind"] == kind.kind
        assert decoded(json.loads(written)) == found


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
def test_a_number_that_is_not_finite_is_written_as_a_word(number):
    found = of_errors.OnlyBeyond(size=number)
    written = json.dumps(encoded(found), allow_nan=False)
    assert json.loads(written)["size"] == str(number)
    assert repr(decoded(json.loads(written))) == repr(found)


@pytest.mark.parametrize("given", [{"kind": "of another version"}, {}])
def test_an_unknown_kind_is_refused(given):
    with pytest.raises(ValueError, match="the report was written by another version"):
        decoded(given)


def words(found):
    """All that the catalogue says of a finding: a text, or several."""
    if isinstance(found, of_errors.Line):
        return [diagnosis_in_words.line(found)]
    if isinstance(found, of_errors.Trait):
        return diagnosis_in_words.trait(found)
    if type(found).__module__ == of_errors.__name__:
        return diagnosis_in_words.said(found)
    return [sentences.of(found), sentences.message(found)]


@EACH
def test_the_catalogue_has_words_for_it(kind):
    for found in all_of(kind):
        for text in words(found):
            assert text.strip(), found
            assert "None" not in text, found
            assert text == text.strip(), found
            assert "  " not in text.replace("\n    ", "\n"), found


@pytest.mark.parametrize("catalogue", [sentences.of, diagnosis_in_words.said])
def test_a_kind_without_words_is_a_fault(catalogue):
    class Unheard(Finding):
        kind = "unheard"

    with pytest.raises(TypeError, match="the catalogue has no sentence for Unheard"):
        catalogue(Unheard())


OF_ERRORS = [kind for kind in KINDS.values() if kind.__module__ == of_errors.__name__]


@pytest.mark.parametrize("kind", [kind for kind in OF_ERRORS if kind not in (of_errors.Trait, of_errors.Line)])
def test_what_errors_show_ends_in_a_question(kind):
    for found in all_of(kind):
        told, question = diagnosis_in_words.said(found)
        assert told.endswith("."), found
        assert question.endswith("?"), found


def redacted(found):
    """What a hidden run tells of a wrong answer."""
    given = Comparison(index=0, case=CASE, outcome="wrong", finding=found, margin=3.5)
    told = redaction.comparison(given)
    assert (told.margin, told.values) == (None, None)
    return told.finding


@EACH
def test_a_hidden_run_tells_the_allowed_fields_and_no_other(kind):
    allowed = redaction.ALLOWED.get(kind)
    for found in all_of(kind):
        told = redacted(found)
        if allowed is None:
            assert told == of_case.Hidden()
            continue
        assert type(told) is kind
        for field in fields(kind):
            value = getattr(told, field.name)
            if field.name in allowed:
                assert value == getattr(found, field.name)
            else:
                assert value is None or value == "" or (field.name, value) == ("hidden", True)
        assert all(text and "None" not in text for text in words(told)), told


def test_a_hidden_run_tells_nothing_of_a_kind_that_nobody_allowed():
    class Unheard(Finding):
        kind = "unheard"

    assert redacted(Unheard()) == of_case.Hidden()


def test_what_may_be_told_is_named_by_fields_that_there_are():
    for kind, allowed in redaction.ALLOWED.items():
        assert set(allowed) <= {field.name for field in fields(kind)}, kind
        assert kind in KINDS.values()


def test_numbers_and_what_a_program_returned_are_never_allowed():
    """Of the fields that come from the answer, whatever they are called, none is on the list."""
    for kind, allowed in redaction.ALLOWED.items():
        assert not {"got", "did", "shape", "count", "right", "error", "kept", "sent"} & set(allowed), kind


@pytest.mark.parametrize(
    ("ending", "told"),
    [
        (base.Ending(kind="gone", status=37), base.Ending(kind="gone")),
        (base.Ending(kind="gone", status=-11), base.Ending(kind="gone", status=-11)),
        (base.Ending(kind="gone", status=-36), base.Ending(kind="gone")),
        (base.Ending(kind="garbled", detail=f"announces {SMUGGLED} bytes"), base.Ending(kind="garbled")),
        (base.Ending(kind="time", detail="30 s"), base.Ending(kind="time", detail="30 s")),
        (base.Ending(kind="not_started", detail="no"), base.Ending(kind="not_started", detail="no")),
    ],
)
def test_a_hidden_run_does_not_say_how_a_program_chose_to_end(ending, told):
    run = base.Run(transcript=transcript.Transcript(), ending=ending)
    assert redaction.without_words(run, "", ()).ending == told


@pytest.mark.parametrize("outcome", ["wrong", "skipped"])
def test_a_hidden_run_keeps_what_is_not_wrong(outcome):
    given = Comparison(index=0, case=CASE, outcome=outcome)
    assert redaction.comparison(given).finding is None


def test_a_hidden_diagnosis_is_its_ideas():
    idea = of_errors.Idea(name="a", title="b", text="c?")
    both = of_errors.Diagnosis(ideas=(idea,), observations=(of_errors.OnlyBeyond(size=float(SMUGGLED)),))
    assert redaction.diagnosis(both) == of_errors.Diagnosis(ideas=(idea,))
    assert redaction.diagnosis(of_errors.Diagnosis(observations=both.observations)) is None


def test_lines_that_were_left_out_are_told_as_their_author_knows_them():
    lines = tuple(of_case.Lines(cell=cell, first=a, last=b) for cell, a, b in [("2", 1, 3), ("2", 5, 5), ("[4]", 1, 1)])
    found = of_case.LeftOut(why="time", failed=None, entry="f", lines=lines)
    told = "the file ran out of time on import; f was graded without what it does not need: "
    assert sentences.of(found) == f"{told}cell 2, lines 1-3, 5; cell [4], line 1"


def test_what_was_blocked_is_told_without_a_type_where_a_hidden_run_keeps_it_back():
    found = of_case.Broke(why="blocked", message=redaction.WORDS)
    assert sentences.of(found).endswith(f"closed to a submission ({redaction.WORDS})")
