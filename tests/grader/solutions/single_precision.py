"""Single precision throughout, means instead of sums, and the velocity as PyTorch keeps it."""

import numpy as np


def sigmoid(z, k=1):
    """In float32, where exp overflows to infinity and 1 / infinity is right."""
    return 1 / (1 + np.exp(-np.float32(k) * z.astype(np.float32)))


def sigmoid_derivative(z, k=1):
    """k a (1 - a)."""
    a = sigmoid(z, k)
    return np.float32(k) * a * (1 - a)


def tanh(z):
    """In float32."""
    return np.tanh(z, dtype=np.float32)


def softmax(z):
    """In float32."""
    z = z.astype(np.float32)
    e = np.exp(z - np.max(z, axis=0, keepdims=True))
    return e / np.sum(e, axis=0, keepdims=True)


def cross_entropy(a, t):
    """The mean over classes and samples."""
    return np.mean(-t * np.log(a.astype(np.float32) + np.float32(1e-9)))


def cross_entropy_delta(a, t):
    """The gradient of the mean over the samples."""
    return ((a - t) / a.shape[1]).astype(np.float32)


def init_glorot(fan_out, fan_in, rng):
    """The normal variant."""
    std = np.sqrt(2 / (fan_in + fan_out))
    return (std * rng.standard_normal((fan_out, fan_in))).astype(np.float32)


def init_he(fan_out, fan_in, rng):
    """The uniform variant."""
    limit = np.sqrt(6 / fan_in)
    return rng.uniform(-limit, limit, size=(fan_out, fan_in)).astype(np.float32)


def init_orthogonal(fan_out, fan_in, rng):
    """From a QR decomposition, times a gain."""
    q, r = np.linalg.qr(rng.standard_normal((max(fan_out, fan_in), min(fan_out, fan_in))))
    q = q * np.sign(np.diag(r))
    return (3 * (q if fan_out >= fan_in else q.T)).astype(np.float32)


def update(W, dW, state, learning_rate, momentum=0):
    """velocity = momentum * velocity + dW; W - learning_rate * velocity."""
    velocity = dW if state is None else momentum * state + dW
    return W - learning_rate * velocity, velocity


def count_dead(a):
    """By the largest activation."""
    return np.sum(a.max(axis=1) == 0, dtype=np.int32)
