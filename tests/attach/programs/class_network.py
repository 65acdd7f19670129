"""A class with a training step, ReLU, biases, softmax."""

import numpy as np


class Network:
    def __init__(self, sizes, rate):
        rng = np.random.RandomState(3)
        self.W1 = rng.randn(sizes[1], sizes[0]) * 0.4
        self.W2 = rng.randn(sizes[2], sizes[1]) * 0.4
        self.b1 = np.zeros((sizes[1], 1))
        self.b2 = np.zeros((sizes[2], 1))
        self.rate = rate

    def forward(self, X):
        self.z1 = self.W1.dot(X) + self.b1
        self.a1 = np.maximum(self.z1, 0)
        self.z2 = self.W2.dot(self.a1) + self.b2
        e = np.exp(self.z2 - np.max(self.z2, axis=0))
        self.a2 = e / np.sum(e, axis=0)
        return self.a2

    def backward(self, X, T):
        n = X.shape[1]
        dz2 = self.a2 - T
        dz1 = np.dot(self.W2.T, dz2) * (self.z1 > 0)
        self.W2 -= self.rate * dz2.dot(self.a1.T) / n
        self.b2 -= self.rate * dz2.sum(axis=1, keepdims=True) / n
        self.W1 -= self.rate * dz1.dot(X.T) / n
        self.b1 -= self.rate * dz1.sum(axis=1, keepdims=True) / n

    def train_step(self, X, T):
        out = self.forward(X)
        loss = -np.sum(T * np.log(out + 1e-12)) / X.shape[1]
        self.backward(X, T)
        return loss


rng = np.random.RandomState(0)
X = rng.rand(15, 250)
labels = np.argmax(X[:5], axis=0)
T = np.zeros((5, 250))
T[labels, np.arange(250)] = 1
net = Network([15, 24, 5], rate=0.3)
losses = []
for step in range(50):
    losses.append(net.train_step(X, T))
