# tries: Is encoded in UTF-16 without a mark.
# must: The verdict is wrong and the report says what is the matter.
# encoding: hex
4d007900470072006f00750070004e006f0072006d0020003d00200031000a00
