"""Your own code for problem 2, in numpy only.

Arrays are units x samples: each column is one sample. Derivatives take the pre-activation z. No
function may change its arguments.
"""

import numpy as np


def tanh(z: np.ndarray):
    """The hyperbolic tangent of z."""
    raise NotImplementedError


def tanh_derivative(z: np.ndarray):
    """The derivative of tanh(z)."""
    raise NotImplementedError


def softmax(z: np.ndarray):
    """For each sample the probabilities of the classes; z is classes x samples."""
    raise NotImplementedError


def cross_entropy(a: np.ndarray, t: np.ndarray):
    """The loss, one number, of the probabilities a for the one-hot targets t."""
    raise NotImplementedError


def cross_entropy_delta(a: np.ndarray, t: np.ndarray):
    """Its derivative with respect to the z that softmax(z) = a came from."""
    raise NotImplementedError
