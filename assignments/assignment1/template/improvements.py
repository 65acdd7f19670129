"""Your own code for problems 2, 3 and 5, in numpy only.

Arrays are units x samples: each column is one sample. Derivatives take the pre-activation z, the
input of the activation function. No function may change its arguments. Leave a function as it is
where you don't hand it in; each one is checked on its own.
"""

import numpy as np

# Activation functions and their derivatives with respect to z -------------------------------------


def sigmoid(z: np.ndarray, k=1):
    """1 / (1 + exp(-k z)), of the shape of z."""
    raise NotImplementedError


def sigmoid_derivative(z: np.ndarray, k=1):
    """The derivative of sigmoid(z, k) with respect to z."""
    raise NotImplementedError


def tanh(z: np.ndarray):
    """The hyperbolic tangent of z."""
    raise NotImplementedError


def tanh_derivative(z: np.ndarray):
    """The derivative of tanh(z)."""
    raise NotImplementedError


def relu(z: np.ndarray):
    """z where it is positive, else 0."""
    raise NotImplementedError


def relu_derivative(z: np.ndarray):
    """The derivative of relu(z)."""
    raise NotImplementedError


def leaky_relu(z: np.ndarray, slope=0.01):
    """z where it is positive, else slope * z."""
    raise NotImplementedError


def leaky_relu_derivative(z: np.ndarray, slope=0.01):
    """The derivative of leaky_relu(z, slope)."""
    raise NotImplementedError


def softmax(z: np.ndarray):
    """For each sample the probabilities of the classes; z is classes x samples."""
    raise NotImplementedError


# Loss ---------------------------------------------------------------------------------------------


def cross_entropy(a: np.ndarray, t: np.ndarray):
    """The loss, one number, of the probabilities a for the one-hot targets t."""
    raise NotImplementedError


def cross_entropy_delta(a: np.ndarray, t: np.ndarray):
    """Its derivative with respect to the z that softmax(z) = a came from."""
    raise NotImplementedError


# Initialisation: weights of shape fan_out x fan_in, drawn from rng (a numpy.random.Generator).
# At least four in all, each called init_ and a name of your choice. ------------------------------


def init_normal(fan_out, fan_in, rng):
    """Weights from a normal distribution."""
    raise NotImplementedError


def init_glorot(fan_out, fan_in, rng):
    """Weights as Glorot and Bengio (2010) draw them."""
    raise NotImplementedError


def init_he(fan_out, fan_in, rng):
    """Weights as He et al. (2015) draw them."""
    raise NotImplementedError


def init_orthogonal(fan_out, fan_in, rng):
    """Weights with orthonormal rows, or columns where there are more rows."""
    raise NotImplementedError


def init_lsuv(sizes, X: np.ndarray, rng):
    """Weights W1, W2, ... of a net of these sizes (inputs first), scaled layer by layer on X."""
    raise NotImplementedError


# Training -----------------------------------------------------------------------------------------


def update(W: np.ndarray, dW: np.ndarray, state, learning_rate, momentum=0):
    """One step; returns the new W and the new state (None before the first step)."""
    raise NotImplementedError


def count_dead(a: np.ndarray):
    """The number of units that are 0 on every sample; a is units x samples."""
    raise NotImplementedError


def train(X: np.ndarray, T: np.ndarray, iterations, seed):
    """Your best training; returns the weights [W1, W2, ...] and the list of losses."""
    raise NotImplementedError
