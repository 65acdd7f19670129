"""Writes to standard output and error, past Python, without end."""

import os

BLOCK = bytes(2**20)


def sigmoid(z, k=1):
    while True:
        os.write(1, BLOCK)
        os.write(2, BLOCK)
