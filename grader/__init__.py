"""The grader: a student's file goes in, a report comes out. ``pipeline.py`` is the way, step by step."""
