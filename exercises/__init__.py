"""The course as data: one folder an exercise. This package imports nothing from the grader or the layers."""
