"""Waits for somebody to type."""

import sys


def sigmoid(z, k=1):
    return input("the answer, please: ")


def tanh(z):
    return sys.stdin.read() or z


def relu(z):
    return open("/dev/tty").read()
