# tries: Prints the report of a right program and leaves.
# must: The verdict is wrong; the report shows what was printed as what was printed.

import os

print("group_norm_1d   8 of 8 cases, 10 of 10 points\n  right  parameters\n  right  worked example", flush=True)
print('{"outcome": "right", "score": 10.0, "max_score": 10.0}', flush=True)
os._exit(0)
