"""Problem 5, a model answer: all together, the best training.

Leaky ReLU (nothing dies), softmax with cross-entropy (large gradients for large mistakes), weights
scaled on the data, momentum, and a smaller rate for the last layer, whose gradient is the largest.
"""

import numpy as np
from initialisation import init_lsuv
from rectified import leaky_relu, leaky_relu_derivative
from softmax import cross_entropy, cross_entropy_delta, softmax

RATES = (0.72, 0.72, 0.06)
"""For gradients that are means over the samples: 1.2e-5 and 1e-6 for sums over 60,000."""

MOMENTUM = 0.75


def update(W, dW, state, learning_rate, momentum=0):
    """One step; returns the new W and the new state (None before the first step).

    Classical momentum: the state is a velocity, which keeps a part of itself and gains a step down
    the gradient. (Adding a part of the last gradient instead is not the same: it forgets all
    gradients before.) Nothing is changed in place.
    """
    velocity = np.zeros_like(W) if state is None else state
    velocity = momentum * velocity - learning_rate * dW
    return W + velocity, velocity


def train(X, T, iterations, seed):
    """The weights [W1, W2, W3] after so many updates on all samples, and the loss before each."""
    rng = np.random.default_rng(seed)
    samples = X.shape[1]
    weights = init_lsuv((X.shape[0], 256, 128, T.shape[0]), X, rng)
    states = [None, None, None]
    losses = []
    for _ in range(iterations):
        # Forwards, keeping what the way back needs.
        inputs, zs = [X], []
        for number, W in enumerate(weights):
            zs.append(W @ inputs[-1])
            last = number == len(weights) - 1
            inputs.append(softmax(zs[-1]) if last else leaky_relu(zs[-1]))
        answer = inputs.pop()
        losses.append(float(cross_entropy(answer, T)))

        # Backwards: delta is the derivative with respect to z of the layer.
        delta = cross_entropy_delta(answer, T)
        gradients = [None] * len(weights)
        for number in reversed(range(len(weights))):
            gradients[number] = delta @ inputs[number].T / samples
            if number:
                delta = weights[number].T @ delta * leaky_relu_derivative(zs[number - 1])

        for number, rate in enumerate(RATES):
            weights[number], states[number] = update(
                weights[number], gradients[number], states[number], rate, MOMENTUM
            )
    return weights, losses
