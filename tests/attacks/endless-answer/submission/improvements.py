"""Returns a list that holds itself, and one that is nested without end."""

def sigmoid(z, k=1):
    held = []
    held.append(held)
    return held


def tanh(z):
    deep = []
    for _ in range(10**5):
        deep = [deep]
    return deep


def relu(z):
    return [0.0] * 10**7
