# tries: Ends with a backslash.
# must: The verdict is wrong and the report says what is the matter.
# encoding: hex
4d7947726f75704e6f726d203d2031202b205c
