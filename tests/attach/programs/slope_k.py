"""A sigmoid with slope k, whose derivative forgets the k."""

import numpy as np

np.random.seed(0)
k = 0.4


def sigmoid(x):
    return 1 / (1 + np.exp(-k * x))


X = np.random.rand(30, 200).astype("float32")
T = np.eye(4, dtype="float32")[np.argmax(X[:4], axis=0)].T
W1 = 2 * np.random.rand(16, 30).astype("float32") - 1
W2 = 2 * np.random.rand(12, 16).astype("float32") - 1
W3 = 2 * np.random.rand(4, 12).astype("float32") - 1
rate = 0.02
for i in range(40):
    L1 = sigmoid(np.matmul(W1, X))
    L2 = sigmoid(np.matmul(W2, L1))
    L3 = sigmoid(np.matmul(W3, L2))
    loss = ((L3 - T) ** 2).sum() / 200
    delta3 = (L3 - T) * L3 * (1 - L3)
    delta2 = np.matmul(W3.T, delta3) * L2 * (1 - L2)
    delta1 = np.matmul(W2.T, delta2) * L1 * (1 - L1)
    dW3 = np.matmul(delta3, L2.T)
    dW2 = np.matmul(delta2, L1.T)
    dW1 = np.matmul(delta1, X.T)
    W3[:] = W3 - rate * dW3
    W2[:] = W2 - rate * dW2
    W1[:] = W1 - rate * dW1
