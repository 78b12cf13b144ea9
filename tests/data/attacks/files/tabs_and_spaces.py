# tries: Mixes tabs and spaces, which editors show alike.
# must: The verdict is wrong and the report says what is the matter.
# encoding: hex
636c617373204d7947726f75704e6f726d3a0a0978203d20310a202020202020202079203d20320a202020207a203d20330a
