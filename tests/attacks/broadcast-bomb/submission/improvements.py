"""Returns an array that is 8 terabytes once it is written out."""

import numpy as np


def sigmoid(z, k=1):
    return np.broadcast_to(0.5, (10**6, 10**6))
