"""Answers with JSON nested a hundred thousand deep, and a number of a million digits."""

import os
import struct


def send(body):
    packet = b"nnviz-1 " + struct.pack("<II", len(body), 0) + body
    for descriptor in range(3, 64):
        try:
            data = struct.pack("<Q", len(packet)) + packet
            while data:
                data = data[os.write(descriptor, data) :]
        except OSError:
            continue
    os._exit(0)


def sigmoid(z, k=1):
    send(b"[" * 100_000 + b"]" * 100_000)


def tanh(z):
    send(b"9" * 1_000_000)


def relu(z):
    send(b"[" + b"[]," * 600_000 + b"[]]")
