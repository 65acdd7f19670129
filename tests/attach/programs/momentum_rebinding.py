"""Momentum, and weights that are bound anew."""

import numpy as np

np.random.seed(7)
N = 150
X = np.random.randn(8, N)
T = np.eye(2)[(X[0] * X[1] > 0).astype(int)].T
w1 = np.random.randn(10, 8) * 0.5
w2 = np.random.randn(2, 10) * 0.5
v1 = np.zeros_like(w1)
v2 = np.zeros_like(w2)
eta = 0.05
mu = 0.9
for t in range(60):
    h = np.tanh(np.dot(w1, X))
    o = 1.0 / (1.0 + np.exp(-np.dot(w2, h)))
    error = 0.5 * np.sum((o - T) ** 2)
    go = (o - T) * o * (1 - o)
    gh = np.dot(w2.T, go) * (1 - h * h)
    v2 = mu * v2 - eta * np.dot(go, h.T) / N
    v1 = mu * v1 - eta * np.dot(gh, X.T) / N
    w2 = w2 + v2
    w1 = w1 + v1
