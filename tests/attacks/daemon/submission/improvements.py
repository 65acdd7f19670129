"""Leaves a process behind that outlives the grading."""

import json

TARGET = json.load(open("target.json"))

import os
import time


def sigmoid(z, k=1):
    for start in (os.fork, os.forkpty):
        try:
            child = start()
        except OSError:
            continue
        if child in (0, (0, -1)):
            os.setsid()
            time.sleep(1)
            open(os.path.join(TARGET["writable"], "daemon"), "w").close()
            time.sleep(1000)
    return z
