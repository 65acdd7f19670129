"""The one exception that carries a message for the user, so that nobody sees a traceback."""


class InputError(Exception):
    """Something the user gave can't be used; the message says what, where, and what to do.

    The command line prints the message on standard error and exits with code 2.
    """
