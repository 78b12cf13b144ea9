# tries: Awaits at the top level.
# must: The verdict is wrong and the report says what is the matter.

import asyncio

await asyncio.sleep(30)
