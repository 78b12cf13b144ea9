"""What a teacher hands out: an autograder for Gradescope, a workflow for GitHub, a learner's folder."""
