"""A workflow for GitHub Actions that grades a file on every push, with what went wrong beside its line."""

import json
import re

from exercises.loader import Loaded

# Read-only rights, no secrets: a submission's own workflow could read whatever there is.
_WORKFLOW = """\
name: EXERCISE
on: [push, pull_request, workflow_dispatch]
permissions:
  contents: read
concurrency:
  group: EXERCISE-${{ github.ref }}
  cancel-in-progress: true
jobs:
  grade:
    runs-on: ubuntu-24.04
    timeout-minutes: 20
    steps:
      - uses: actions/checkout@v5
        with:
          persist-credentials: false
      - uses: actions/setup-python@v6
        with:
          python-version: "3.12"
      - name: Install the grader
        run: python -m pip install --quiet "$INSTALL"
        env:
          INSTALL: REQUIREMENT
      - name: Grade
        run: grader check EXERCISE "$FILE" --format github
        env:
          FILE: SUBMISSION
      - name: Summary
        if: always()
        run: grader check EXERCISE "$FILE" --format markdown >> "$GITHUB_STEP_SUMMARY" || true
        env:
          FILE: SUBMISSION
"""


def workflow(exercise: Loaded, *, file: str, install: str) -> str:
    """The workflow's text.

    Args:
      exercise: what is graded.
      file: the submission's path in the repository.
      install: what pip installs the grader from: a requirement, or the address of a wheel or repository.
    """
    values = {"EXERCISE": exercise.slug, "SUBMISSION": json.dumps(file), "REQUIREMENT": json.dumps(install)}
    return re.sub("EXERCISE|SUBMISSION|REQUIREMENT", lambda found: values[found[0]], _WORKFLOW)
