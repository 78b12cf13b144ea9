"""The grader's only code in the student's process. It imports nothing of the grader but itself."""
