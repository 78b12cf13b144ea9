# tries: Matches a pattern that backtracks for ever.
# must: It is over within the limit and the verdict is wrong.
# limit: 1.5

import re

re.match("(a+)+$", "a" * 60 + "b")
