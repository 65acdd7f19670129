"""Problem 2.3, a model answer: start weights that leave z where the activation has a slope.

z = W x is a sum over fan_in inputs, so its variance is fan_in times that of a weight times the mean
square of x. Each rule here picks the variance of the weights so that z is neither huge nor tiny.
All weights are fan_out x fan_in.
"""

import numpy as np


def init_normal(fan_out, fan_in, rng):
    """Normal numbers whose variance is 1 / fan_in: z is as large as the inputs are."""
    return rng.normal(0, 1 / np.sqrt(fan_in), (fan_out, fan_in))


def init_glorot(fan_out, fan_in, rng):
    """Uniform numbers of variance 2 / (fan_in + fan_out): a compromise with the way back.

    A uniform number between -a and a has the variance a^2 / 3.
    """
    limit = np.sqrt(6 / (fan_in + fan_out))
    return rng.uniform(-limit, limit, (fan_out, fan_in))


def init_he(fan_out, fan_in, rng):
    """Normal numbers of variance 2 / fan_in: a ReLU throws half of the sum away."""
    return rng.normal(0, np.sqrt(2 / fan_in), (fan_out, fan_in))


def init_orthogonal(fan_out, fan_in, rng):
    """Orthonormal rows (columns, where there are more rows): no direction is stretched.

    The singular vectors of a random matrix are a random set of orthonormal vectors.
    """
    left, _, right = np.linalg.svd(rng.normal(size=(fan_out, fan_in)), full_matrices=False)
    return right if fan_out <= fan_in else left


def init_lsuv(sizes, X, rng):
    """Orthogonal weights, each layer scaled until z has variance 1 on the data X.

    No formula knows how large the inputs of a layer are; this one looks. The layers are done in
    order, because each sees what the scaled ones before it make of X (here with a leaky ReLU).
    """
    weights = []
    a = X
    for layer in range(1, len(sizes)):
        W = init_orthogonal(sizes[layer], sizes[layer - 1], rng)
        z = W @ a
        W = W / z.std()
        z = W @ a
        weights.append(W)
        a = np.where(z > 0, z, 0.01 * z)
    return weights
