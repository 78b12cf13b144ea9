import numpy as np
import pytest

from grader.sandbox.transcript import Transcript
from grader.worker.wire import DTYPES, GIVEN, STEPS_CAP, VALUES_CAP, Message, WireError

VALUE = {"value": np.ones(2)}
PROBLEM = {"kind": "raised", "type": "E", "message": "m", "frames": [[3, "f"]], "exception": True}


def fold(*messages, cases=2):
    transcript = Transcript()
    for body, *arrays in messages:
        transcript.add(Message(body, arrays[0] if arrays else {}), cases)
    return transcript


def event(name, **fields):
    return {"event": name, **fields}


BEGUN = [(event("ready"),), (event("loaded", printed="hi"),)]
CASE_0 = [(event("started", case=0),), (event("answered", case=0, problem=None, printed="p"), VALUE)]


def test_a_whole_run():
    case_1 = [(event("started", case=1),), (event("answered", case=1, problem=PROBLEM, printed=""),)]
    transcript = fold(*BEGUN, *CASE_0, *case_1, (event("finished"),))
    assert transcript.finished
    assert transcript.printed == "hi"
    assert transcript.answers[0].printed == "p"
    assert transcript.answers[1].problem is not None
    assert transcript.answers[1].problem.frames == ((3, "f"),)


def test_hostile_text_is_made_plain_where_it_enters():
    problem = {**PROBLEM, "type": "\x1b[2J", "message": "\u202e" * 5, "names": ["\x07"], "frames": [[1, "\r"]]}
    transcript = fold((event("ready"),), (event("rejected", problem=problem, printed="\x1b]0;x\x07"),))
    assert transcript.rejected is not None
    assert transcript.rejected.type == r"\x1b[2J"
    assert transcript.rejected.message == r"\u202e" * 5
    assert transcript.rejected.names == (r"\x07",)
    assert transcript.rejected.frames == ((1, r"\r"),)
    assert transcript.printed == r"\x1b]0;x\x07"


@pytest.mark.parametrize(
    "messages",
    [
        [({},)],
        [(event("nonsense"),)],
        [(event(["ready"]),)],
        [(event("ready"),), (event("ready"),)],
        [(event("loaded"),)],
        [*BEGUN, (event("loaded"),)],
        [*BEGUN, (event("rejected", problem=PROBLEM),)],
        [*BEGUN, (event("started", case=1),)],
        [*BEGUN, (event("started", case="0"),)],
        [*BEGUN, (event("answered", case=0, problem=None), VALUE)],
        [*BEGUN, *CASE_0, (event("answered", case=0, problem=None), VALUE)],
        [*BEGUN, (event("started", case=0),), (event("answered", case=0, problem=None),)],
        [*BEGUN, (event("started", case=0),), (event("answered", case=0, problem=None, printed=3), VALUE)],
        [*BEGUN, *CASE_0, (event("started", case=1),), (event("started", case=2),)],
        [*BEGUN, (event("finished"),), (event("finished"),)],
        [(event("ready"),), (event("rejected", problem={"kind": "won"}),)],
        [(event("ready"),), (event("rejected", problem="no"),)],
        [(event("ready"),), (event("rejected", problem={**PROBLEM, "frames": [[0, "f"]]}),)],
        [(event("ready"),), (event("rejected", problem={**PROBLEM, "frames": [["1", "f"]]}),)],
        [(event("ready"),), (event("rejected", problem={**PROBLEM, "frames": "f"}),)],
        [(event("ready"),), (event("rejected", problem={**PROBLEM, "names": ["n"] * 65}),)],
        [(event("ready"),), (event("rejected", problem={**PROBLEM, "names": [1]}),)],
        [(event("ready"),), (event("rejected", problem={**PROBLEM, "message": None}),)],
    ],
)
def test_events_that_are_none_or_out_of_order_are_refused(messages):
    with pytest.raises(WireError):
        fold(*messages)


@pytest.mark.parametrize(
    "given",
    [
        3,
        {"other": []},
        {"made": 3},
        {"made": [["x", "positional_only", None]] * 65},
        {"called": [["x", "unheard_of", None]]},
        {"called": [["x", "positional_only", 3]]},
        {"called": [["x", "positional_only", [1, 2]]]},
        {"called": [["x", "positional_only", [[]]]]},
        {"called": [[3, "positional_only", None]]},
        {"called": ["x"]},
    ],
)
def test_signatures_that_are_none_are_refused(given):
    with pytest.raises(WireError):
        fold((event("ready"),), (event("loaded", signatures=given),))


def test_a_signature_is_made_plain_where_it_enters():
    rows = [["\x1b", "positional_only", None], ["b" * 99, "keyword_only", ["b" * 99]], ["c", "var_keyword", []]]
    found = fold((event("ready"),), (event("loaded", signatures={"called": rows}),)).signatures["called"]
    assert [(p.name, p.default) for p in found] == [(r"\x1b", None), ("b" * 57 + "...", ("b" * 57 + "...",)), ("c", ())]


ENDED = [*BEGUN, (event("finished"),)]
ROW = [1, 1, "f", "add", [GIVEN]]


def traced(values, outputs, *, rows=None, case=0):
    rows = [ROW] * len(values) if rows is None else rows
    given = event("traced", case=case, problem=None, steps=rows, outputs=outputs)
    found = fold(*ENDED, (given, {str(i): value for i, value in enumerate(values)})).traced
    assert found is not None
    return found


def test_a_trace_within_the_caps_is_whole():
    found = traced([np.ones(VALUES_CAP // STEPS_CAP // 4, "f4")] * STEPS_CAP, [0, STEPS_CAP - 1])
    assert (len(found.steps), found.outputs, found.cut) == (STEPS_CAP, (0, STEPS_CAP - 1), False)


def test_steps_beyond_the_cap_are_dropped():
    found = traced([np.ones(1)] * (STEPS_CAP + 3), [STEPS_CAP + 1, 5])
    assert (len(found.steps), found.outputs, found.cut) == (STEPS_CAP, (5,), True)


def test_values_beyond_the_cap_are_dropped_with_all_that_follows():
    half, small = np.ones(VALUES_CAP // 8, "f4"), np.ones(1, "f4")
    assert not traced([half, half], [0]).cut
    found = traced([half, half, small, small], [1, 3])
    assert (len(found.steps), found.outputs, found.cut) == (2, (1,), True)


def test_of_a_trace_that_is_cut_short_of_its_end_nothing_is_kept():
    found = traced([np.ones(VALUES_CAP // 4 + 1, "f4"), np.ones(1, "f4")], [1])
    assert (found.steps, found.outputs, found.cut) == ((), (), True)


def test_a_step_names_each_of_its_origins_once():
    found = traced([np.ones(1)] * 3, [2], rows=[ROW, ROW, [1, 1, "f", "add", [1, 0, GIVEN, *[1, 0] * 1000]]])
    assert found.steps[2].inputs == (1, 0, GIVEN)


@pytest.mark.parametrize(
    ("dtype", "case"), [("bool", 0), ("int32", 0), ("uint8", 0), ("f4", 2), ("f4", -1), ("f4", True), ("f4", None)]
)
def test_a_trace_of_no_case_or_of_no_floating_point_numbers_is_refused(dtype, case):
    with pytest.raises(WireError):
        traced([np.ones(1, dtype)], [0], case=case)


@pytest.mark.parametrize("dtype", ["bfloat16", "float16", "float64", "complex64"])
def test_a_trace_may_be_of_any_floating_point_numbers(dtype):
    assert len(traced([np.ones(1, DTYPES[dtype])], [0]).steps) == 1


def test_a_program_comes_with_what_it_returned_where_it_was_run():
    told = {"refused": {"kind": "numpy"}}
    ((program, outputs),) = fold(*ENDED, (event("program", program=told), {"value\x1b": np.ones(2)})).programs
    assert (program, list(outputs)) == (told, ["value\\x1b"])


def test_a_case_is_repeated_once_and_after_the_end():
    again = (event("repeated", case=1), VALUE)
    assert fold(*ENDED, again).repeated[1]["value"].tolist() == [1, 1]
    for messages in ([*BEGUN, again], [*ENDED, again, again], [*ENDED, (event("repeated", case=2), VALUE)]):
        with pytest.raises(WireError):
            fold(*messages)
