"""A dict as the state, changed in place from step to step; lists where others have tuples."""

import numpy as np


def update(W, dW, state, learning_rate, momentum=0):
    """The same dict goes in and out; W and dW stay."""
    if state is None:
        state = {"velocity": np.zeros_like(W), "steps": 0}
    state["velocity"] *= momentum
    state["velocity"] -= learning_rate * dW
    state["steps"] += 1
    return [W + state["velocity"], state]


def init_lsuv(sizes, X, rng):
    """A dict W1, W2, ..., scaled in rounds until it fits to a tenth, with tanh."""
    weights, a = {}, X
    for number in range(1, len(sizes)):
        normal = rng.standard_normal((sizes[number], sizes[number - 1]))
        u, _, vt = np.linalg.svd(normal, full_matrices=False)
        W = u if u.shape == normal.shape else vt
        rounds = 0
        while abs(np.var(W @ a) - 1) > 0.1 and rounds < 10:
            W = W / np.sqrt(np.var(W @ a))
            rounds += 1
        weights[f"W{number}"] = W
        a = np.tanh(W @ a)
    return weights


def train(X, T, iterations, seed):
    """tanh and softmax, with biases, in mini-batches; everything in dicts."""
    rng = np.random.default_rng(seed)
    net = init_lsuv([len(X), 64, len(T)], X, rng)
    net["b1"], net["b2"] = np.zeros(64), np.zeros(len(T))
    losses = []
    for _ in range(iterations):
        order = rng.permutation(X.shape[1])
        for batch in np.array_split(order, max(1, len(order) // 20)):
            x, t = X[:, batch], T[:, batch]
            a = np.tanh(net["W1"] @ x + net["b1"][:, None])
            z = net["W2"] @ a + net["b2"][:, None]
            e = np.exp(z - z.max(axis=0))
            p = e / e.sum(axis=0)
            d2 = (p - t) / len(batch)
            d1 = (net["W2"].T @ d2) * (1 - a**2)
            net["W2"] -= 0.1 * d2 @ a.T
            net["W1"] -= 0.1 * d1 @ x.T
            net["b2"] -= 0.1 * d2.sum(axis=1)
            net["b1"] -= 0.1 * d1.sum(axis=1)
        losses.append(float(-np.log((p * t).sum(axis=0) + 1e-12).mean()))
    return net, losses
