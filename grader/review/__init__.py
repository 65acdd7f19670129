"""Marking by people: what needs one, problem by problem across the students of a class."""
