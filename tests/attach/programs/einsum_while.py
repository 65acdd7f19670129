"""A while loop, products by einsum, a mean squared error."""

import numpy as np

rng = np.random.default_rng(11)
data = rng.random((120, 6))
target = np.eye(3)[np.argmax(data[:, :3], axis=1)]
A = rng.normal(size=(6, 9)) * 0.5
B = rng.normal(size=(9, 3)) * 0.5
alpha = 0.3
loss, rounds = np.inf, 0
while loss > 0.01 and rounds < 80:
    hidden = 1 / (1 + np.exp(-np.einsum("nf,fh->nh", data, A)))
    out = 1 / (1 + np.exp(-np.einsum("nh,hc->nc", hidden, B)))
    loss = np.mean((out - target) ** 2)
    d_out = (out - target) * out * (1 - out)
    d_hidden = np.einsum("nc,hc->nh", d_out, B) * hidden * (1 - hidden)
    B -= alpha * np.einsum("nh,nc->hc", hidden, d_out) / len(data)
    A -= alpha * np.einsum("nf,nh->fh", data, d_hidden) / len(data)
    rounds += 1
