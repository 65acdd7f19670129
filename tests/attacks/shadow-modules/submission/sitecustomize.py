"""Stands where a module of that name is looked for first."""

print("shadowed sitecustomize")
raise SystemExit("shadowed")
