# tries: Has form feeds and vertical tabs where spaces belong.
# must: The verdict is wrong and the report says what is the matter.
# encoding: hex
0c0c636c617373204d7947726f75704e6f726d3a0a0c2020202078203d20310a0b2020202079203d20320a
