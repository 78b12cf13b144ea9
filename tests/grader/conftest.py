# Programs for the grader, not modules of ours: pytest is not to import them.
collect_ignore = ["wrong_submissions"]
