"""Problem 3.3, a model answer: softmax with cross-entropy.

With p = softmax(z) and the loss -sum(t log p), the derivative with respect to z is p - t: the
derivative of the softmax and that of the logarithm cancel. No factor p (1 - p) is left, so a net
that is sure of a wrong answer gets a large gradient, where squared error gives it next to none.
"""

import numpy as np


def softmax(z):
    """The probabilities of the classes; z is classes x samples, each column adds up to 1."""
    # Taking the largest one off changes nothing in the quotient, and exp can't overflow any more.
    e = np.exp(z - z.max(axis=0, keepdims=True))
    return e / e.sum(axis=0, keepdims=True)


def cross_entropy(a, t):
    """The mean over the samples of -log of the probability of the right class."""
    # Where a probability was rounded to 0 its logarithm is not a number; where t is 0 it does not
    # count either way.
    smallest = np.finfo(a.dtype).tiny
    return -np.sum(t * np.log(np.maximum(a, smallest))) / a.shape[1]


def cross_entropy_delta(a, t):
    """The derivative with respect to z of the loss summed over the samples, a = softmax(z)."""
    return a - t
