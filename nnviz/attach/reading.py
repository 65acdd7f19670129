"""One iteration that was written down, with what is asked of it again and again."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from nnviz.attach.namespace import Path, ProgramArray
from nnviz.attach.recognition import Corrections, Place
from nnviz.attach.shapes_of_functions import CUSTOM, Curve
from nnviz.attach.trace import Parameter, Trace, Vertex
from nnviz.errors import InputError

VIEWS = frozenset(
    {"T", "transpose", "reshape", "ravel", "astype", "copy", "asarray", "array", "squeeze"}
    | {"ascontiguousarray", "float32", "float64", "swapaxes"}
)
"""What gives the same numbers in another form."""

CORRECT = Corrections()
"""Nothing to correct."""


@dataclass
class FoundLayer:
    """A layer on the way to being recognised: numbers of vertices, -1 for what is not known."""

    parameter: Parameter
    product: int
    inputs: int
    columns: bool
    z: int = -1
    bias: Path = ()
    a: int = -1
    curve: Curve = field(default_factory=lambda: Curve(CUSTOM, 0.0, ""))
    delta: int = -1
    gradient: int = -1
    scale: float = 1.0
    guessed: bool = False


class Reading:
    """A trace, who uses which of its values, and the parameters that it changed."""

    def __init__(self, trace: Trace, corrections: Corrections) -> None:
        self.trace, self.vertices, self.corrections = trace, trace.vertices, corrections
        self.users: dict[int, list[Vertex]] = {}
        for vertex in self.vertices:
            for operand in vertex.operands:
                self.users.setdefault(operand, []).append(vertex)
        self.changed = {p.vertex: p for p in trace.parameters if p.vertex >= 0}

    def root(self, number: int) -> int:
        """The vertex of which this one is only another form."""
        vertex = self.vertices[number]
        while (
            vertex.operands and last_name(vertex.what) in VIEWS and vertex.kind in ("attr", "call")
        ):
            vertex = self.vertices[vertex.operands[0]]
        return vertex.number

    def unscaled(self, number: int) -> tuple[int, float]:
        """The root of a value that may be multiplied by a number on its way, and that number."""
        root, scale = self.root(number), 1.0
        vertex = self.vertices[root]
        while vertex.kind == "binop" and vertex.what in ("Mult", "Div") and not vertex.names:
            parts = [self.vertices[o] for o in vertex.operands]
            numbers = [p for p in parts if p.shape == ()]
            arrays = [p for p in parts if p.shape != ()]
            if len(arrays) != 1 or len(numbers) != 1:
                break
            by = float(numbers[0].values)
            scale *= by if vertex.what == "Mult" else 1 / by if by else 1.0
            vertex = self.vertices[self.root(arrays[0].number)]
        return vertex.number, scale

    def divides(self, vertex: Vertex, array: Vertex) -> bool:
        """Whether a value is an array times a number, or divided by one."""
        others = [self.vertices[o] for o in vertex.operands if o != array.number]
        return vertex.shape == array.shape and all(other.shape == () for other in others)

    def named(self, name: str) -> int | None:
        """The first value of a name that the user gave."""
        if not name:
            return None
        for vertex in self.vertices:
            if name == vertex.name or name in vertex.names:
                return vertex.number
        raise InputError(f"nnviz.toml: {name}: the first iteration has nothing of that name")

    def oriented(self, number: int, columns: bool) -> ProgramArray:
        """A value's numbers as units x samples."""
        values = self.vertices[number].values
        return values if columns or values.ndim != 2 else values.T

    def place(self, number: int) -> Place:
        """Where the value is found in every iteration."""
        vertex = self.vertices[number]
        if vertex.kind == "source" and vertex.path:
            return Place(vertex.name, vertex.line, vertex.path, shape=vertex.shape)
        node = self.clearest(vertex)
        turn = sum(1 for other in self.vertices[:number] if node in (other.node, *other.aliases))
        return Place(vertex.name, vertex.line, (), node, turn, vertex.shape, vertex.changed_later)

    def clearest(self, vertex: Vertex) -> int:
        """Of the nodes that a value passes, the first of those that are passed least often."""
        nodes: Sequence[int] = (vertex.node, *vertex.aliases)
        return min(nodes, key=lambda node: self.trace.visits[node])


def last_name(text: str) -> str:
    """`dot` of `np.dot`."""
    return text.rpartition(".")[2]
