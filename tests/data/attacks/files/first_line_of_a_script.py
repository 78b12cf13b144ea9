# tries: Is a shell script as well as Python.
# must: The verdict is wrong and no shell runs it.
# encoding: hex
23212f62696e2f73680a2727273a270a746f756368207b7b534352415443487d7d2f72616e0a6578697420300a2727270a4d
7947726f75704e6f726d203d20310a
