"""A class of submissions: found, marked in parallel, written down one by one, looked at."""
