"""Runs submissions. This file imports nothing, since the warm process is part of the package."""
