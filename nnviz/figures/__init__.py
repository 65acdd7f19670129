"""Figures for slides and reports; the only place that imports matplotlib, because it starts slowly.

`FIGURES` of `nnviz.figures.registry` lists them. Each is a pure function of a `Moment` (a run at
one iteration) that returns a matplotlib Figure; `nnviz.figures.saving` writes them to files.
"""
