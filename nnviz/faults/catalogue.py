"""All planted faults by name."""

from collections.abc import Mapping
from types import MappingProxyType

from nnviz.errors import InputError, nearest
from nnviz.faults.maths import MATHS
from nnviz.faults.planting import Fault
from nnviz.faults.settings import SETTINGS

FAULTS: Mapping[str, Fault] = MappingProxyType({fault.name: fault for fault in (*SETTINGS, *MATHS)})
"""Every planted fault by name."""


def find_fault(name: str) -> Fault:
    """The fault of that name. Raises InputError, with the nearest one, where there is none."""
    if name not in FAULTS:
        hint = nearest(name, FAULTS) or f"; expected one of {', '.join(FAULTS)}"
        raise InputError(f"there is no fault {name!r}{hint}")
    return FAULTS[name]
