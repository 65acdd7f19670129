"""Works with samples as rows inside, and turns what comes in and goes out."""

import numpy as np


def softmax(z):
    """Rows are samples here."""
    rows = z.T
    e = np.exp(rows - rows.max(axis=1)[:, np.newaxis])
    return (e / e.sum(axis=1)[:, np.newaxis]).T


def cross_entropy(a, t):
    """One loss for each sample, then their mean, as an array of one number."""
    picked = np.einsum("cn,cn->n", a, t)
    return np.array([-np.log(picked + 1e-8).mean()])


def init_orthogonal(fan_out, fan_in, rng):
    """From a square matrix, cut to size."""
    n = max(fan_out, fan_in)
    q, _ = np.linalg.qr(rng.normal(size=(n, n)))
    return q[:fan_out, :fan_in]


def init_normal(fan_out, fan_in, rng):
    """Laid out the other way round in memory."""
    return rng.normal(scale=0.05, size=(fan_in, fan_out)).T


def train(X, T, iterations, seed):
    """Weights are inputs x units here, and so they come out."""
    rng = np.random.default_rng(seed)
    x, t = X.T, T.T
    first = rng.normal(size=(x.shape[1], 50)) * np.sqrt(2 / x.shape[1])
    second = rng.normal(size=(50, t.shape[1])) * np.sqrt(2 / 50)
    losses = []
    for _ in range(iterations):
        hidden = np.maximum(x @ first, 0)
        p = softmax((hidden @ second).T).T
        losses.append(-np.log((p * t).sum(axis=1) + 1e-9).mean())
        delta = (p - t) / len(x)
        back = delta @ second.T * (hidden > 0)
        second = second - 0.3 * hidden.T @ delta
        first = first - 0.3 * x.T @ back
    return [first, second], losses
