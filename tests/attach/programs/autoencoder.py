"""Inputs that are their own targets: numbers, not classes."""

import numpy as np

rng = np.random.default_rng(0)
X = rng.random((20, 200))
W1 = rng.normal(0, 0.3, (8, 20))
W2 = rng.normal(0, 0.3, (20, 8))
lr = 0.01
for i in range(40):
    H = np.tanh(W1 @ X)
    Y = W2 @ H
    loss = np.sum((Y - X) ** 2) / 2 / 200
    d2 = (Y - X) / 200
    d1 = (W2.T @ d2) * (1 - H * H)
    W2 -= lr * d2 @ H.T
    W1 -= lr * d1 @ X.T
