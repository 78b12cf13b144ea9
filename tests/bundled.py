"""Modules of the bundled course, which is read by path and is no package that can be imported by name."""

import importlib

from grader.course.loader import COURSE, package


def bundled(name):
    """The module, such as "_group_norm.reference"."""
    return importlib.import_module(f"{package(COURSE)}.{name}")
