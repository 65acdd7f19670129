"""One output without an activation, mean squared error."""

import numpy as np

rng = np.random.default_rng(3)
x = np.linspace(-1, 1, 80).reshape(1, -1)
t = np.sin(3 * x)
W1, b1 = rng.normal(size=(12, 1)), rng.normal(size=(12, 1)) * 0.1
W2, b2 = rng.normal(size=(1, 12)) * 0.5, np.zeros((1, 1))
lr = 0.05
for i in range(60):
    h = np.tanh(W1 @ x + b1)
    out = W2 @ h + b2
    mse = np.mean((out - t) ** 2)
    d2 = 2 * (out - t) / x.shape[1]
    d1 = (W2.T @ d2) * (1 - h**2)
    W2 -= lr * d2 @ h.T
    b2 -= lr * d2.sum(axis=1, keepdims=True)
    W1 -= lr * d1 @ x.T
    b1 -= lr * d1.sum(axis=1, keepdims=True)
