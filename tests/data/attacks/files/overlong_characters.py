# tries: Writes letters in more bytes than they need, to slip past searches.
# must: The verdict is wrong and says that it is no UTF-8 text.
# encoding: hex
696d706f727420c1af730a4d7947726f75704e6f726d203d20310a
