"""Calls itself without end, with the limit lifted."""

import sys

sys.setrecursionlimit(10**9)


def sigmoid(z, k=1):
    return sigmoid(z, k) + 1
