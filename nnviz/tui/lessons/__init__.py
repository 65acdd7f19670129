"""Lessons and the guided tour: the debugger's screen with a task, and somebody who looks at it."""
