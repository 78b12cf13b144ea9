# tries: Writes the entry's name with a Cyrillic letter, which looks the same.
# must: The verdict is wrong and says that there is no MyGroupNorm.

class МyGroupNorm:
    pass
