"""Samples as rows, biases as a column of ones, binary cross-entropy."""

import numpy as np

rng = np.random.default_rng(8)
X = rng.random((90, 4))
Xb = np.hstack([X, np.ones((90, 1))])
Y = np.eye(2)[(X[:, 0] > X[:, 1]).astype(int)]
theta1 = rng.normal(size=(5, 6))
theta2 = rng.normal(size=(7, 2))
alpha = 0.8
for i in range(50):
    a1 = 1 / (1 + np.exp(-Xb.dot(theta1)))
    a1b = np.hstack([a1, np.ones((90, 1))])
    a2 = 1 / (1 + np.exp(-a1b.dot(theta2)))
    cost = np.sum(-Y * np.log(a2) - (1 - Y) * np.log(1 - a2)) / 90
    delta2 = a2 - Y
    delta1 = delta2.dot(theta2[:-1].T) * a1 * (1 - a1)
    theta2 -= alpha * a1b.T.dot(delta2) / 90
    theta1 -= alpha * Xb.T.dot(delta1) / 90
