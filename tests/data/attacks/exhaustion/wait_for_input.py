# tries: Waits for somebody to type something.
# must: The verdict is wrong.
# limit: 1.5

input()
input()
while True:
    pass
