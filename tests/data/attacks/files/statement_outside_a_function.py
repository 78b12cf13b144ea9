# tries: Returns and yields outside a function.
# must: The verdict is wrong and the report says what is the matter.

return 10
