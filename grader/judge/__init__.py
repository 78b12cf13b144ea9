"""Compares answers with the reference, in float64."""
