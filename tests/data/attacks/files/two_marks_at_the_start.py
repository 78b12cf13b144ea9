# tries: Begins with two byte order marks.
# must: The verdict is wrong and the report says what is the matter.
# encoding: hex
efbbbfefbbbf4d7947726f75704e6f726d203d20310a
