"""Returns NaN, infinity and complex numbers where numbers are asked."""

import numpy as np


def sigmoid(z, k=1):
    return np.full(z.shape, np.nan)


def tanh(z):
    return np.full(z.shape, np.inf)


def relu(z):
    return z + 1j * np.maximum(z, 0)
