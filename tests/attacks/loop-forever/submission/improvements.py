"""Never ends, and ignores every signal that it can."""

import signal

for number in range(1, 32):
    try:
        signal.signal(number, lambda *a: None)
    except (OSError, ValueError):
        continue


def sigmoid(z, k=1):
    while True:
        try:
            while True:
                pass
        except BaseException:
            continue
