"""What the person looking has chosen to see; it never changes the run."""

from dataclasses import dataclass

PICTURES = ("all", "activation", "weight", "update")


@dataclass(frozen=True)
class Choice:
    """The tab, the layer under the cursor (from 1), the kind of picture, and a zoomed panel."""

    tab: str = "heat"
    layer: int = 1
    picture: str = "all"
    zoomed: str = ""
