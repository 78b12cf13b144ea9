"""Misconceptions that several exercises share."""
