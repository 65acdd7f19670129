"""Kills its own process."""

import os
import signal


def sigmoid(z, k=1):
    os.kill(os.getpid(), signal.SIGKILL)


def tanh(z):
    signal.raise_signal(signal.SIGKILL)


def relu(z):
    os.abort()
