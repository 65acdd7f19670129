"""Does nothing, for an hour."""

import time


def sigmoid(z, k=1):
    time.sleep(3600)
