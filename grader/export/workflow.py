"""A GitHub Actions workflow that grades a file on every push and annotates the lines with errors."""

import json
import re

from grader.course.loader import Loaded

# Read-only permissions and no secrets: a student can change this workflow and read everything it has. Where they
# cannot, their files must not run instead of the grader: Python imports nothing from the checkout, and pip runs
# outside it. Actions are pinned by commit, because a tag can be moved.
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
    env:
      PYTHONSAFEPATH: "1"
    steps:
      - uses: actions/checkout@fbc6f3992d24b796d5a048ff273f7fcc4a7b6c09  # v5.1.0
        with:
          persist-credentials: false
      - uses: actions/setup-python@ece7cb06caefa5fff74198d8649806c4678c61a1  # v6.3.0
        with:
          python-version: "3.12"
      - name: Install the grader
        working-directory: ${{ runner.temp }}
        run: python -P -m pip install --quiet "$INSTALL"
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
      exercise: The exercise to grade.
      file: The submission's path in the repository.
      install: What pip installs: a requirement, or the URL of a wheel or repository.
    """
    values = {"EXERCISE": exercise.slug, "SUBMISSION": json.dumps(file), "REQUIREMENT": json.dumps(install)}
    return re.sub("EXERCISE|SUBMISSION|REQUIREMENT", lambda found: values[found[0]], _WORKFLOW)
