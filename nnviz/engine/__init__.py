"""The numpy engine: no printing, no files, no global random state; the reference that students are marked against."""
