# tries: Looks for this library's and the exercises' modules among all objects that can be reached.
# must: There is none, and the verdict is wrong.
# limit: 8

import gc
import sys
import types

seen, todo, live = set(), [sys.modules], []
while todo:
    found = todo.pop()
    if id(found) not in seen:
        seen.add(id(found))
        live.append(found)
        todo += gc.get_referents(found)
modules = [m for m in live if type(m) is types.ModuleType and hasattr(m, "MyGroupNorm")]
MyGroupNorm = next(m for m in modules if m.__name__ != __name__).MyGroupNorm
