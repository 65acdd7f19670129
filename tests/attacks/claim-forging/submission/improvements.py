"""Claims numbers that no run reached, from a file that runs for days."""

def sigmoid(z, k=1):
    return z
