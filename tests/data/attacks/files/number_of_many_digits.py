# tries: Has a number of five thousand digits, which takes quadratic time to read.
# must: The verdict is wrong and the report says what is the matter.

x = int('9' * 4000) + 999999999999999999999999999999999999999999999999999999999999
x = eval('9' * 5000)
