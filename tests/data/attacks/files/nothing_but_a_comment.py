# tries: Consists of a comment.
# must: The verdict is wrong and says that it defines nothing.
# encoding: hex
23204d7947726f75704e6f726d0a
