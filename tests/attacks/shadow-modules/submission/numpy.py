"""Stands where a module of that name is looked for first."""

print("shadowed numpy")
raise SystemExit("shadowed")
