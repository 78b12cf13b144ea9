# tries: Defines no entry, but classes whose names are escapes, markup and formulas.
# must: The verdict is wrong and no raw control or format character is in any report.

for name in ("\x1b[2J", "<script>alert(1)</script>", "=1+1", "\u202eMyGroupNorm", "\ud800", "MyGroupNor\x00m"):
    globals()[name] = type("x", (), {})
