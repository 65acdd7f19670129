"""No array functions at all: loops over rows and columns, with the math module."""

import math

import numpy as np


def _each(function, z):
    out = np.zeros(z.shape)
    for i in range(z.shape[0]):
        for j in range(z.shape[1]):
            out[i, j] = function(float(z[i, j]))
    return out


def _one_sigmoid(x):
    if x < -700:
        return 0.0
    return 1 / (1 + math.exp(-x))


def sigmoid(z, k=1):
    """One by one."""
    return _each(lambda x: _one_sigmoid(k * x), z)


def sigmoid_derivative(z, k=1):
    """One by one."""
    return _each(lambda x: k * _one_sigmoid(k * x) * (1 - _one_sigmoid(k * x)), z)


def tanh(z):
    """One by one."""
    return _each(math.tanh, z)


def tanh_derivative(z):
    """One by one."""
    return _each(lambda x: 1 - math.tanh(x) ** 2, z)


def relu(z):
    """One by one."""
    return _each(lambda x: x if x > 0 else 0, z)


def relu_derivative(z):
    """One by one."""
    return _each(lambda x: 1 if x > 0 else 0, z)


def leaky_relu(z, slope=0.01):
    """One by one."""
    return _each(lambda x: max(x, slope * x), z)


def leaky_relu_derivative(z, slope=0.01):
    """One by one."""
    return _each(lambda x: 1 if x > 0 else slope, z)


def softmax(z):
    """Sample by sample."""
    columns = []
    for j in range(z.shape[1]):
        largest = max(z[:, j])
        e = [math.exp(x - largest) for x in z[:, j]]
        columns.append([x / sum(e) for x in e])
    return np.array(columns).T


def cross_entropy(a, t):
    """A Python number."""
    total = 0.0
    for j in range(a.shape[1]):
        for i in range(a.shape[0]):
            if t[i, j]:
                total -= math.log(max(a[i, j], 1e-12))
    return total / a.shape[1]


def init_he(fan_out, fan_in, rng):
    """Row by row."""
    return np.array([rng.normal(0, math.sqrt(2 / fan_in), fan_in) for _ in range(fan_out)])


def count_dead(a):
    """A counter."""
    dead = 0
    for row in a:
        if max(row) == 0:
            dead += 1
    return dead
