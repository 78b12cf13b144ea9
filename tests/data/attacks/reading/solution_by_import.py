# tries: Imports the solution as a module of the installed package.
# must: The verdict is wrong: it is right only if the solution could be read.

from grader.exercises.group_norm_1d.solution import MyGroupNorm
