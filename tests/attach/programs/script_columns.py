"""A plain script, samples as columns, two sigmoid layers."""

import numpy as np

np.random.seed(1)
X = np.random.rand(20, 300).astype("float32")
y = (X[:4].sum(axis=0) * 2).astype(int) % 3
T = np.eye(3, dtype="float32")[y].T
W1 = (np.random.rand(12, 20) - 0.5).astype("float32")
W2 = (np.random.rand(3, 12) - 0.5).astype("float32")
lr = 0.01
for i in range(30):
    L1 = 1 / (1 + np.exp(-(W1 @ X)))
    L2 = 1 / (1 + np.exp(-(W2 @ L1)))
    loss = np.sum((L2 - T) ** 2) / X.shape[1]
    d2 = (L2 - T) * L2 * (1 - L2)
    d1 = (W2.T @ d2) * L1 * (1 - L1)
    W2 -= lr * (d2 @ L1.T)
    W1 -= lr * (d1 @ X.T)
