"""Pure functions from numbers to characters: what the widgets show, testable as literal text."""
