"""Returns while its threads go on, and would change what was returned."""

import threading
import time

import numpy as np


def sigmoid(z, k=1):
    result = np.array(z)

    def change():
        while True:
            result[...] = 1 / (1 + np.exp(-z))
            result[...] = 0
            time.sleep(0.001)

    for _ in range(8):
        threading.Thread(target=change).start()
    result[...] = 3
    return z
