"""Who handed in what, as a Gradescope export says it: ``submission_metadata.yml``.

The file is YAML as Ruby writes it, and long, since it repeats every test's output. All that is wanted from it are its
keys in the first column and the list below ``:submitters:``, which are read line by line; no YAML reader is needed,
and none is fed with what students printed.

    submission_409194023:
      :submitters:
      - :name: Ada Lovelace
        :sid: '123456789'
        :email: ada@example.edu
      :created_at: 2026-04-26 17:34:00.861687000 Z
"""

import json
import re
from dataclasses import dataclass

from grader.text import plain

METADATA = "submission_metadata.yml"
_FOLDER = re.compile(r"[\"']?(submission_\w+)[\"']?:\s*")
_FIELD = re.compile(r"(?:- |  ):?(name|sid|email):\s*(.*)")


@dataclass(frozen=True)
class Submitter:
    """One who handed in; what is unknown is empty."""

    name: str = ""
    sid: str = ""
    email: str = ""


def submitters(text: str) -> dict[str, list[Submitter]]:
    """Folder -> who handed it in; several for a group.

    Args:
      text: of the metadata file.
    """
    found: dict[str, list[dict[str, str]]] = {}
    people: list[dict[str, str]] | None = None
    folder = ""
    for line in text.splitlines():
        if line[:1] not in (" ", ""):
            key = _FOLDER.fullmatch(line)
            folder, people = (key[1], None) if key else ("", None)
            if key:
                found[folder] = []
        elif folder and line.startswith("  ") and line[2:3] not in (" ", "-"):
            people = found[folder] if line.strip().lstrip(":") == "submitters:" else None
        elif people is not None:
            _take(line[2:], people)
    return {folder: [Submitter(**person) for person in group] for folder, group in found.items()}


def _take(line: str, people: list[dict[str, str]]) -> None:
    """One line of the list of submitters."""
    if line.startswith("- "):
        people.append({})
    field = _FIELD.fullmatch(line)
    if field and people:
        people[-1][field[1]] = plain(_scalar(field[2].strip()), 200)


def _scalar(text: str) -> str:
    """A value as YAML quotes it on one line."""
    if text[:1] == "'" and text[-1:] == "'" and len(text) > 1:
        return text[1:-1].replace("''", "'")
    if text[:1] == '"':
        try:
            return str(json.loads(re.sub(r"\\x([0-9A-Fa-f]{2})", r"\\u00\1", text)))
        except ValueError:
            return text.strip('"')
    return "" if text in ("~", "null") else text
