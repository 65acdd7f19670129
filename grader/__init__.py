"""The grader of the course assignment: submissions in, explained grades out."""
