"""The numpy engine, the reference that students are marked against.

No printing, no files, no global random state.
"""
