# tries: Has escapes in its source, which the report quotes.
# must: The verdict is wrong and the report holds no raw escape.
# encoding: hex
78203d20221b5b324a1b5d303b6f776e656407223b2072616973652056616c75654572726f72282271756f74656422290a
