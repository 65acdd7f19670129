"""The one exception that carries a message for the user, so that nobody sees a traceback."""

import difflib
from collections.abc import Iterable


class InputError(Exception):
    """Something the user gave can't be used; the message says what, where, and what to do.

    The command line prints the message on standard error and exits with code 2.
    """


def nearest(word: str, words: Iterable[str]) -> str:
    """`; did you mean X?` for the word most like this one, capitals or not; "" where none is."""
    known = {name.lower(): name for name in words}
    close = difflib.get_close_matches(word.lower(), known, n=1, cutoff=0.5)
    return f"; did you mean {known[close[0]]}?" if close else ""
