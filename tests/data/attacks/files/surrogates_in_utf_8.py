# tries: Holds halves of surrogate pairs, encoded as if they were characters.
# must: The verdict is wrong and says that it is no UTF-8 text.
# encoding: hex
78203d2027eda080270a4d7947726f75704e6f726d203d20310a
