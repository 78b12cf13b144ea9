# tries: Writes the entry's name in letters of full width, which Python takes for the same.
# must: The verdict is wrong: the class is found and judged.

ＭｙＧｒｏｕｐＮｏｒｍ = type('x', (), {})
