# tries: Switches the operator for inequality to an old one.
# must: The verdict is wrong and the report says what is the matter.

from __future__ import barry_as_FLUFL

if 1 <> 2:
    raise ValueError('differs')
