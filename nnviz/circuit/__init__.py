"""Scalar computational graphs: a formula as boxes, its numbers forwards and backwards."""

from nnviz.circuit.evaluation import Solution, Step, solve, steps
from nnviz.circuit.graph import (
    Circuit,
    Node,
    circuit_from,
    circuit_from_expression,
    circuit_from_table,
    load_circuit,
)

__all__ = [
    "Circuit",
    "Node",
    "Solution",
    "Step",
    "circuit_from",
    "circuit_from_expression",
    "circuit_from_table",
    "load_circuit",
    "solve",
    "steps",
]
