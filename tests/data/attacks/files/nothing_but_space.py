# tries: Consists of spaces, tabs and empty lines.
# must: The verdict is wrong and says that the file is empty.
# encoding: hex
20090a0d0a0c0a
