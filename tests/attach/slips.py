"""A right program, and slips planted in it as text, each with the array that it first spoils."""

RIGHT = """
import numpy as np

rng = np.random.RandomState(0)
X = rng.rand(20, 300)
y = np.argmax(X[:3], axis=0)
T = np.eye(3)[y].T
N = X.shape[1]
W1 = rng.randn(12, 20) * 0.5
W2 = rng.randn(12, 12) * 0.5
W3 = rng.randn(3, 12) * 0.5
k = 0.4
lr = 0.01
for i in range(30):
    z1 = W1 @ X
    L1 = 1 / (1 + np.exp(-k * z1))
    z2 = W2 @ L1
    L2 = 1 / (1 + np.exp(-k * z2))
    z3 = W3 @ L2
    L3 = 1 / (1 + np.exp(-k * z3))
    loss = np.sum((L3 - T) ** 2) / N
    delta3 = (L3 - T) * k * L3 * (1 - L3)
    delta2 = W3.T @ delta3 * k * L2 * (1 - L2)
    delta1 = W2.T @ delta2 * k * L1 * (1 - L1)
    dW3 = delta3 @ L2.T
    dW2 = delta2 @ L1.T
    dW1 = delta1 @ X.T
    W3 -= lr * dW3
    W2 -= lr * dW2
    W1 -= lr * dW1
"""

SLIPS = {
    "forgotten k": ([(" * k * L", " * L")], "d3"),
    "derivative of a used on z": ([("k * L2 * (1 - L2)", "k * z2 * (1 - z2)")], "d2"),
    "transposed": ([("W2.T @ delta2", "W2 @ delta2")], "d1"),
    "divided by N in one layer": ([("dW2 = delta2 @ L1.T", "dW2 = delta2 @ L1.T / N")], "dW2"),
    "updated too early": (
        [
            ("    W3 -= lr * dW3\n", ""),
            ("    dW3 = delta3 @ L2.T\n", ""),
            ("    delta2 =", "    dW3 = delta3 @ L2.T\n    W3 -= 10 * lr * dW3\n    delta2 ="),
        ],
        "d2",
    ),
    "wrong sign of the update": ([("W1 -= lr", "W1 += lr")], "W1"),
    "last layer only": ([("    W2 -= lr * dW2\n", ""), ("    W1 -= lr * dW1\n", "")], "W2"),
}


def planted(name: str) -> str:
    """The program with one slip in it."""
    text = RIGHT
    for old, new in SLIPS[name][0]:
        assert old in text
        text = text.replace(old, new)
    return text
