"""How fast a run trains, for the corner of the screen."""

import time


class Speedometer:
    """Iterations a second, over about the last second."""

    def __init__(self) -> None:
        self._times = [time.perf_counter()]

    def tick(self) -> None:
        """An iteration is done."""
        self._times.append(time.perf_counter())
        while len(self._times) > 2 and self.last - self._times[0] > 1:
            self._times.pop(0)

    @property
    def last(self) -> float:
        """When the last tick was."""
        return self._times[-1]

    @property
    def rate(self) -> float:
        """0 while there is nothing to go by."""
        elapsed = self.last - self._times[0]
        return (len(self._times) - 1) / elapsed if elapsed else 0.0
