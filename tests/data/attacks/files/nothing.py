# tries: Is empty.
# must: The verdict is wrong and says that the file is empty.
# encoding: hex
