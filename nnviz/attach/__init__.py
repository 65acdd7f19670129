"""The debugger on somebody's own numpy program, unmodified: one more source of runs."""
