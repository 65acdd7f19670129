"""Problem 2.2, a model answer: a sigmoid with a slope of one's own, and its derivative.

f(z) = 1 / (1 + exp(-k z)). With u = exp(-k z): f' = k u / (1 + u)^2 = k f (1 - f). The factor k is
what is forgotten most often: without it every layer's gradient is 1/k too large on its way back.
"""

import numpy as np


def sigmoid(z, k=1):
    """1 / (1 + exp(-k z)), of the shape of z."""
    # exp(-|k z|) never overflows: it is at most 1. Above 0 the formula is used as it stands, below
    # it is multiplied by exp(k z) above and below the line.
    small = np.exp(-np.abs(k * z))
    return np.where(k * z >= 0, 1 / (1 + small), small / (1 + small))


def sigmoid_derivative(z, k=1):
    """The derivative of sigmoid(z, k) with respect to z: k f (1 - f)."""
    f = sigmoid(z, k)
    return k * f * (1 - f)
