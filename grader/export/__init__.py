"""Files for a teacher to hand out: a Gradescope autograder, a GitHub workflow, student folders and notebooks."""
