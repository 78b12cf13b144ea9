# tries: Answers every look at an attribute by another look.
# must: It is over within the limit and the verdict is wrong.
# limit: 1.5

class Endless:
    def __getattr__(self, name):
        return getattr(self, name + 'x')

while True:
    try:
        Endless().start
    except RecursionError:
        pass
