"""One small language for breakpoints, watches, plots and searches: `L1.dead > 10%`."""

from nnviz.debugger.predicates.grammar import Predicate, parse_expression, parse_predicate
from nnviz.debugger.predicates.nodes import Findings, Rows, no_findings
from nnviz.debugger.predicates.search import Search, holds_at, last_false_before, search

__all__ = [
    "Findings",
    "Predicate",
    "Rows",
    "Search",
    "holds_at",
    "last_false_before",
    "no_findings",
    "parse_expression",
    "parse_predicate",
    "search",
]
