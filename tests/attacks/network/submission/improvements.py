"""Talks to the network: TCP, UDP, a name server, the machine itself."""

import json

TARGET = json.load(open("target.json"))

import socket


def sigmoid(z, k=1):
    for make in (
        lambda: socket.create_connection(("127.0.0.1", TARGET["port"]), 2).sendall(b"leak"),
        lambda: socket.create_connection(("1.1.1.1", 53), 2).sendall(b"leak"),
        lambda: socket.socket(type=socket.SOCK_DGRAM).sendto(b"leak", ("127.0.0.1", TARGET["port"])),
        lambda: socket.getaddrinfo("example.org", 80),
        lambda: socket.create_server(("127.0.0.1", 0)),
    ):
        try:
            make()
            print("network reached")
        except OSError:
            continue
    return z
