# tries: Fills its namespace with keys that are equal to every name.
# must: The verdict is wrong.

class Key(str):
    __hash__ = lambda _: hash("MyGroupNorm")
    __eq__ = lambda *_: 1 / 0

for number in range(5):
    globals()[Key(number)] = Key
