# tries: Is encoded in Latin-1, with a letter that UTF-8 writes otherwise.
# must: The verdict is wrong and says that it is no UTF-8 text.
# encoding: hex
23204dfc6c6c65720a4d7947726f75704e6f726d203d20310a
