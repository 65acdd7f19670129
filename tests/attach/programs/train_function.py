"""A training function with mini-batches, one output."""

import numpy as np

RATE = 0.1


def sigmoid(z):
    return 1.0 / (1.0 + np.exp(-z))


def init(seed):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(5, 7)), rng.normal(size=(7, 1))


def train(x, t, epochs, batch=20):
    w, v = init(1)
    for epoch in range(epochs):
        for i in range(0, len(x), batch):
            xb, tb = x[i : i + batch], t[i : i + batch]
            h = sigmoid(xb.dot(w))
            y = sigmoid(h.dot(v))
            bce = -np.mean(tb * np.log(y) + (1 - tb) * np.log(1 - y))
            dy = (y - tb) / len(xb)
            dh = dy.dot(v.T) * h * (1 - h)
            v -= RATE * h.T.dot(dy)
            w -= RATE * xb.T.dot(dh)
    return w, v, bce


rng = np.random.default_rng(0)
x = rng.random((100, 5))
t = (x.sum(axis=1, keepdims=True) > 2.5).astype(float)
w, v, final = train(x, t, epochs=6)
print("final loss", final)
