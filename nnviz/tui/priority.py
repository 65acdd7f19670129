"""Lets the screen go before the training where both want the processor.

A key is answered at once only if the thread that answers it need not queue behind those that
train: they give way to it in the system's scheduler and, more often than usual, in the interpreter.
"""

import sys
import threading

from nnviz.engine.threads import stand_back

TRAINING = "nnviz"
"""How the names of the threads that train begin: the runner's, the engine's and the prover's."""

SWITCH_SECONDS = 0.001
"""After so long a thread hands the interpreter on, if another one waits for it."""


def screen_first() -> None:
    """Make the training's threads, and those that they start, give way to all others.

    To be called on the runner's thread. Only Linux has a priority for each thread; elsewhere the
    interpreter's part has to do.
    """
    sys.setswitchinterval(SWITCH_SECONDS)
    for thread in threading.enumerate():
        if thread.name.startswith(TRAINING) and thread.native_id is not None:
            stand_back(thread.native_id)
