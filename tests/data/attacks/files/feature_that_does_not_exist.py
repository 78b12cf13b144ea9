# tries: Asks for a language feature that does not exist.
# must: The verdict is wrong and the report says what is the matter.

from __future__ import braces
