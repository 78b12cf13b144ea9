"""The learner's record, saves of a file, what changed between two runs, and how a solution compares."""
