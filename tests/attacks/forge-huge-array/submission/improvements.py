"""Answers with an array whose header claims 64 GiB."""

import json
import os
import struct

HEADER = b"{'descr': '<f8', 'fortran_order': False, 'shape': (8589934592,), }"
NPY = b"\x93NUMPY\x01\x00" + struct.pack("<H", len(HEADER) + 1) + HEADER + b"\n"
BODY = json.dumps({"dict": [["values", [{"array": 0}]]]}).encode()
PACKET = b"nnviz-1 " + struct.pack("<II", len(BODY), 1) + BODY + struct.pack("<Q", len(NPY)) + NPY


def sigmoid(z, k=1):
    for descriptor in range(3, 64):
        try:
            os.write(descriptor, struct.pack("<Q", len(PACKET)) + PACKET)
        except OSError:
            continue
    os._exit(0)
