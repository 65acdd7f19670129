"""Returns None, lists, texts, scalars, other shapes and nothing at all."""

import numpy as np


def sigmoid(z, k=1):
    return np.array([str(x) for x in z.ravel()])


def tanh(z):
    return None


def relu():
    return 0
