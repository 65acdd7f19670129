"""Nesterov's momentum, names of one's own, and a train with sums and a rate that follows N."""

import numpy as np


def update(weights, gradient, velocity, rate, mu=0):
    """Nesterov's step in the form of Sutskever et al. (2013)."""
    before = np.zeros_like(weights) if velocity is None else velocity
    after = mu * before - rate * gradient
    return weights + mu * after - rate * gradient, after


def init_uniform(rows, columns, generator):
    """As the starter does it, divided by 5."""
    return (2 * generator.random((rows, columns)) - 1) / 5


def init_xavier(rows, columns, generator):
    """Glorot's, under its other name."""
    return generator.normal(0, np.sqrt(2 / (rows + columns)), (rows, columns))


def init_kaiming_uniform(rows, columns, generator):
    """He's, under its other name."""
    return generator.uniform(-1, 1, (rows, columns)) * np.sqrt(6 / columns)


def init_lecun(rows, columns, generator):
    """The variance 1 / fan_in."""
    return generator.standard_normal((rows, columns)) / columns**0.5


def train(X, T, iterations, seed):
    """Sigmoids with cross-entropy for each output; gradients are sums, and the rate follows N."""
    rng = np.random.RandomState(seed)
    W1 = (2 * rng.rand(len(X), 128).astype("float32").T - 1) / 5
    W2 = (2 * rng.rand(128, len(T)).astype("float32").T - 1) / 5
    losses = []
    for i in range(iterations + 1):
        L1 = 1 / (1 + np.exp(-W1.dot(X)))
        L2 = 1 / (1 + np.exp(-W2.dot(L1)))
        losses.append(-np.sum(T * np.log(L2) + (1 - T) * np.log(1 - L2)) / X.shape[1])
        if i == iterations:
            break
        d2 = L2 - T
        d1 = W2.T.dot(d2) * L1 * (1 - L1)
        W2 = W2 - 0.6 / X.shape[1] * d2.dot(L1.T)
        W1 = W1 - 0.6 / X.shape[1] * d1.dot(X.T)
    return [W1, W2], losses
