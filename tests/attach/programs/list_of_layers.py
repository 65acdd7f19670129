"""Six layers in a list, leaky ReLU, a loop over the layers."""

import numpy as np

rng = np.random.default_rng(2)
sizes = [16, 30, 24, 18, 12, 10, 4]
X = rng.normal(size=(16, 200))
labels = np.argmax(X[:4], axis=0)
T = np.eye(4)[labels].T
W = [rng.normal(size=(b, a)) / np.sqrt(a) for a, b in zip(sizes, sizes[1:])]
b = [np.zeros((n, 1)) for n in sizes[1:]]
lr = 0.05


def leaky(z):
    return np.where(z > 0, z, 0.1 * z)


for it in range(40):
    a = [X]
    for l in range(len(W) - 1):
        a.append(leaky(W[l] @ a[-1] + b[l]))
    z = W[-1] @ a[-1] + b[-1]
    e = np.exp(z - z.max(axis=0))
    p = e / e.sum(axis=0)
    J = -np.sum(T * np.log(p)) / 200
    delta = (p - T) / 200
    for l in reversed(range(len(W))):
        dW = delta @ a[l].T
        db = delta.sum(axis=1, keepdims=True)
        if l:
            delta = (W[l].T @ delta) * np.where(a[l] > 0, 1, 0.1)
        W[l] -= lr * dW
        b[l] -= lr * db
