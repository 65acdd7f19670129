"""Asks for 8 GiB at once and fills it."""

import numpy as np


def sigmoid(z, k=1):
    return np.ones(2**30)
