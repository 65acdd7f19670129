"""Prints a gigabyte."""

LINE = "x" * 65_535 + "\n"


def sigmoid(z, k=1):
    for _ in range(2**14):
        print(LINE, end="")
    return z
