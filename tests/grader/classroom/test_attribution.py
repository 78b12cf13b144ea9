"""Whatever a student hands in, nobody else's text, row or points change: a property over random classes.

Three honest students and Mallory, who writes anything below her own folder (or, where a platform puts all files side by
side, gives her files any names). The class is found with her files and with one plain file of hers in their place.
"""

import os
import string

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from grader.classroom.roster import Entry
from grader.classroom.submissions import find
from grader.course.loader import load

EXERCISE = load("group_norm_1d")
RIGHT = "class MyGroupNorm:\n    pass\n"
METADATA = "submission_metadata.yml"
# Platform -> how it writes the path of a file that student number N hands in; {0} is N, {1} the path as she named it.
FOLDERS = {
    "gradescope": "submission_{0}/{1}",
    "moodle": "P{0} Q_7{0}7_assignsubmission_file_/{1}",
    "sakai": "Q, P(p{0})/Submission attachment(s)/{1}",
    "brightspace": "7{0}7-55 - P Q{0} - Jan 5, 2024 7172 AM/{1}",
    "ilias": "Q_P_p{0}_7{0}7/{1}",
    "submitty": "p{0}/1/{1}",
    "nbgrader": "submitted/p{0}/group_norm_1d/{1}",
    "plain": "p{0}/{1}",
}
FLAT = {
    "moodle, flat": "P{0} Q_7{0}7_assignsubmission_file_{1}",
    "canvas": "qp{0}_7{0}7_9{0}_{1}",
    "blackboard": "HW 1_p{0}_attempt_2024-01-05-10-12-13_{1}",
    "autolab": "p{0}@x.edu_1_{1}",
}
BESIDE = {
    "gradescope": {METADATA: "".join(f"submission_{n}:\n  :submitters:\n  - :email: p{n}@x.edu\n" for n in range(4))},
    "sakai": {"grades.csv": "x", **{f"Q, P(p{n})/timestamp.txt": "2024" for n in range(4)}},
    "brightspace": {"index.html": "x"},
    "submitty": {f"p{n}/user_assignment_settings.json": "{}" for n in range(4)},
    "nbgrader": {f"submitted/p{n}/group_norm_1d/timestamp.txt": "2024" for n in range(4)},
}
# What could be taken for a platform's own.
NAMES = (
    *("group_norm_1d.py", "group_norm_1d-9999.py", "x.py", "x.ipynb", "x.zip", METADATA, "timestamp.txt", "grades.csv"),
    *("index.html", "user_assignment_settings.json", "submission_1", "submission_2", "submitted", "1", "2", "p1", "p2"),
    *("x_717_assignsubmission_file_group_norm_1d.py", "P1 Q_717_assignsubmission_file_", "qp1_717_91_group_norm_1d.py"),
    *("HW 1_p1_attempt_2025-01-05-10-12-13_x.py", "p1@x.edu_2_x.py", "Q, P(p1)", "Submission attachment(s)"),
    *("717-55 - P Q1 - Jan 6, 2024 7172 AM", "Q_P_p1_717", "group_norm_1d", "__MACOSX", ".hidden", "717_91_text.html"),
)
CONTENT = st.sampled_from(
    (
        RIGHT,
        "x = 1",
        "",
        "{",
        "submission_1:\n  :submitters:\n  - :email: p3@x.edu\n",
        "\ufeffclass MyGroupNorm(:",
        "\0",
    )
)
LIKELY = (METADATA, "timestamp.txt", "submission_1", "x_717_assignsubmission_file_group_norm_1d-9999.py")
NAME = (
    st.sampled_from(LIKELY)
    | st.sampled_from(NAMES)
    | st.text(string.ascii_letters + "_()-@ .01", min_size=1, max_size=12).filter(
        lambda name: name.strip(".") == name.strip(".").strip() and name not in (".", "..")
    )
)
INSIDE = st.lists(NAME, min_size=1, max_size=4).map("/".join)


def laid(folder, files):
    for path, text in files.items():
        target = folder / path
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, "utf-8", errors="replace")
        except (FileExistsError, NotADirectoryError, IsADirectoryError):
            continue  # a name that is a file and a folder
    return folder


def honest(platform, wrap):
    template = {**FOLDERS, **FLAT}[platform]
    files = {template.format(n, "group_norm_1d.py"): f"{RIGHT}    text = {n}\n" for n in (1, 2, 3)}
    return {wrap + path: text for path, text in {**files, **BESIDE.get(platform, {})}.items()}, wrap + template


def rows(folder, roster):
    """What the class comes to, without Mallory, who is number 0."""
    listed = tuple(Entry(student=f"r{n}", name=f"P{n}", keys=(f"7{n}7", f"p{n}", f"p{n}@x.edu")) for n in range(4))
    whole = find(folder, EXERCISE, roster=listed if roster else ())
    found = {s.student: (s.name, s.file, s.submission and s.submission.source, s.notes) for s in whole.students}
    return {who: row for who, row in found.items() if any(str(n) in f"{row[0]} {who}" for n in (1, 2, 3))}


def with_and_without(tmp_path, platform, mallory, *, roster, wrap=""):
    files, template = honest(platform, wrap)
    alone = rows(laid(tmp_path / "alone", {**files, template.format(0, "group_norm_1d.py"): RIGHT}), roster)
    attacked = rows(
        laid(tmp_path / "attacked", {**files, **{template.format(0, p): t for p, t in mallory.items()}}), roster
    )
    return alone, attacked


def examples():
    """How many classes of each platform; the environment may ask for more."""
    return int(os.environ.get("ATTRIBUTION_EXAMPLES", "1"))


@pytest.mark.parametrize("platform", [*FOLDERS, *FLAT])
def test_what_a_student_hands_in_changes_nobody_else(tmp_path_factory, platform):
    inside = NAME if platform in FLAT else INSIDE

    @settings(
        max_examples=examples(),
        deadline=None,
        phases=[Phase.generate],  # to shrink takes minutes
        suppress_health_check=list(HealthCheck),
    )
    @given(st.dictionaries(inside, CONTENT, min_size=1, max_size=5), st.booleans(), st.sampled_from(("", "class (1)/")))
    def holds(mallory, roster, wrap):
        alone, attacked = with_and_without(
            tmp_path_factory.mktemp("class"), platform, mallory, roster=roster, wrap=wrap
        )
        assert len(alone) == 3
        assert attacked == alone, mallory

    holds()


# The ways in which a class was once taken over.
TAKEOVERS = {
    "a metadata file in an upload to Gradescope": ("gradescope", {
        METADATA: "submission_1:\n  :submitters:\n  - :email: p3@x.edu\n", "submission_1/group_norm_1d.py": RIGHT,
        "submission_2/group_norm_1d.py": RIGHT,
    }),
    "a metadata file in a plain folder": ("plain", {
        METADATA: "submission_1:\n  :submitters:\n  - :email: p1\n", "submission_1/group_norm_1d.py": RIGHT,
    }),
    "a file called like Moodle's prefix": ("moodle, flat", {
        "group_norm_1d.py": RIGHT, "x_717_assignsubmission_file_group_norm_1d-9999.py": RIGHT,
    }),
    "many files as of Autolab": ("canvas", {f"a@b_2_x{n}.py": RIGHT for n in range(9)}),
    "many files as of Moodle": ("autolab", {f"x_717_assignsubmission_file_{n}.py": RIGHT for n in range(9)}),
    "many files as of Blackboard": ("canvas", {f"p1_attempt_2025-01-05-10-12-13_{n}.py": RIGHT for n in range(9)}),
    "a timestamp as nbgrader leaves it": ("plain", {"group_norm_1d.py": RIGHT, "x/timestamp.txt": "2024"}),
    "the same of a class in one folder": ("plain", {"group_norm_1d.py": RIGHT, "timestamp.txt": "2024"}),
}  # fmt: skip


@pytest.mark.sample(5)
@pytest.mark.parametrize(("roster", "wrap"), [(False, ""), (True, "class (1)/")])
@pytest.mark.parametrize("name", TAKEOVERS)
def test_takeovers(tmp_path, name, roster, wrap):
    platform, mallory = TAKEOVERS[name]
    alone, attacked = with_and_without(tmp_path, platform, mallory, roster=roster, wrap=wrap)
    assert len(alone) == 3
    assert attacked == alone
