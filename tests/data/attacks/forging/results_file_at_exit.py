# tries: Registers an exit handler that writes a results file once the grader believes it is over.
# must: The folder is as it was and the verdict is wrong.

import atexit
from pathlib import Path

atexit.register(lambda: Path("{{SCRATCH}}", "results.json").write_text('{"score": 10.0}'))
raise SystemExit(0)
