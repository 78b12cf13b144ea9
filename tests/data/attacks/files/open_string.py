# tries: Opens a string that never ends.
# must: The verdict is wrong and the report says what is the matter.

x = """
class MyGroupNorm:
    pass
