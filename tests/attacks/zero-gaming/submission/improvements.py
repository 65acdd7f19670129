"""Leaves every function out but one that returns zeros."""

import numpy as np


def sigmoid(z, k=1):
    return np.zeros_like(z)


def relu(z):
    return np.zeros(1)


def tanh(z):
    return np.zeros(1)
