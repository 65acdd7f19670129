"""Functions, samples as rows, tanh and softmax, the loop in main."""

import numpy as np


def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def forward(x, W1, b1, W2, b2):
    h = np.tanh(x @ W1 + b1)
    return h, softmax(h @ W2 + b2)


def cross_entropy(p, t):
    return -np.mean(np.sum(t * np.log(p), axis=1))


def main():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(200, 10))
    t = np.eye(4)[np.argmax(x[:, :4], axis=1)]
    W1, b1 = rng.normal(size=(10, 16)) * 0.3, np.zeros(16)
    W2, b2 = rng.normal(size=(16, 4)) * 0.3, np.zeros(4)
    learning_rate = 0.5
    for epoch in range(40):
        h, p = forward(x, W1, b1, W2, b2)
        cost = cross_entropy(p, t)
        delta = (p - t) / len(x)
        hidden = delta @ W2.T * (1 - h**2)
        W2 -= learning_rate * h.T @ delta
        b2 -= learning_rate * delta.sum(axis=0)
        W1 -= learning_rate * x.T @ hidden
        b1 -= learning_rate * hidden.sum(axis=0)
        if epoch % 10 == 0:
            print("epoch", epoch, "cost", cost)


if __name__ == "__main__":
    main()
