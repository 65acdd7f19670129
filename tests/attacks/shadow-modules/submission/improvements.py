"""Brings modules with the names of numpy, json, random and others."""

import json
import random

import numpy as np


def sigmoid(z, k=1):
    print(np.__file__, json.__file__, random.__file__)
    return z
