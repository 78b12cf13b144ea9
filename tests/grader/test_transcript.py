import numpy as np
import pytest

from grader.transcript import Transcript
from grader.wire import Message, WireError

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
