"""What can be wrong with a run, each made wrong on purpose: for the self-test and for lessons.

A fault is planted from outside, as a wrong record of a registry, a wrapped update, other start
weights or other data: the engine does not know of it. To add one, add an entry to
`settings.py` or `maths.py`. An experiment has one planted by `fault = "NAME"`.
"""

from nnviz.faults.catalogue import FAULTS, find_fault
from nnviz.faults.planting import Fault

__all__ = ["FAULTS", "Fault", "find_fault"]
