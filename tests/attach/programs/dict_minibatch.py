"""A dictionary of parameters, mini-batches, labels as numbers, float32."""

import numpy as np

rng = np.random.default_rng(4)
X = rng.random((600, 12)).astype(np.float32)
y = np.argmax(X[:, :3], axis=1)
params = {
    "W1": rng.normal(0, 0.3, (12, 20)).astype(np.float32),
    "b1": np.zeros(20, np.float32),
    "W2": rng.normal(0, 0.3, (20, 3)).astype(np.float32),
    "b2": np.zeros(3, np.float32),
}
lr, batch_size, epochs = 0.2, 64, 4


def grads(params, xb, yb):
    z1 = xb @ params["W1"] + params["b1"]
    a1 = np.maximum(0, z1)
    scores = a1 @ params["W2"] + params["b2"]
    scores -= scores.max(axis=1, keepdims=True)
    probs = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    loss = -np.log(probs[np.arange(len(yb)), yb]).mean()
    dscores = probs.copy()
    dscores[np.arange(len(yb)), yb] -= 1
    dscores /= len(yb)
    g = {"W2": a1.T @ dscores, "b2": dscores.sum(axis=0)}
    da1 = dscores @ params["W2"].T
    da1[z1 <= 0] = 0
    g["W1"] = xb.T @ da1
    g["b1"] = da1.sum(axis=0)
    return loss, g


for epoch in range(epochs):
    order = rng.permutation(len(X))
    for start in range(0, len(X), batch_size):
        idx = order[start : start + batch_size]
        loss, g = grads(params, X[idx], y[idx])
        for name in params:
            params[name] -= lr * g[name]
    print(f"epoch {epoch}: {loss:.4f}")
