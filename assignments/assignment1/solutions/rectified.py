"""Problem 3.4, a model answer: ReLU, a leaky one, and how to count the dead.

A unit that is 0 on every sample has slope 0 on every sample: no gradient reaches its weights, so it
stays dead. A leaky unit keeps a slope, and with it a way back.
"""

import numpy as np


def relu(z):
    """z where it is positive, else 0."""
    return np.maximum(z, 0)


def relu_derivative(z):
    """1 where z is positive, else 0. At 0 itself either is right; 0 keeps a dead unit dead."""
    return np.where(z > 0, 1.0, 0.0)


def leaky_relu(z, slope=0.01):
    """z where it is positive, else slope * z."""
    return np.where(z > 0, z, slope * z)


def leaky_relu_derivative(z, slope=0.01):
    """1 where z is positive, else the slope."""
    return np.where(z > 0, 1.0, slope)


def count_dead(a):
    """The number of units that are 0 on every sample; a is units x samples."""
    # A unit that is silent on some samples is not dead: that is what a ReLU is for.
    return int(np.sum(np.all(a <= 0, axis=1)))
