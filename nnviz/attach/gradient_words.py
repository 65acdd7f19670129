"""A gradient check in words, and which known slip explains what is wrong."""

import textwrap

import numpy as np

from nnviz.attach.gradients import SAME, WRONG, GradientReport, LayerGradient
from nnviz.attach.network import network_of
from nnviz.attach.source import ProgramSource
from nnviz.debugger.findings.slips import name_slip
from nnviz.debugger.timeline import relative_difference
from nnviz.engine.arrays import Array
from nnviz.errors import InputError

WIDTH = 72
"""Columns that a window on a screen of 80 has."""

CLOSE = 1e-3
"""Up to this relative difference a delta is what a slip makes of it."""


def named_slip(source: ProgramSource, report: GradientReport) -> str:
    """Which known slip explains a report, at the iteration that is shown; "" where none does."""
    wrong = [int(layer.name[1:]) for layer in report.wrong if layer.checked]
    if not wrong or report.forgotten_k():
        return ""
    try:
        if max(wrong) < len(report.layers) and (found := _on_the_way(source, max(wrong))):
            return found
        return name_slip(report.training_check(), source.info, source.array).text
    except (KeyError, InputError, ValueError):
        return ""  # an array that it takes was not recognised


def _on_the_way(source: ProgramSource, number: int) -> str:
    """What is wrong between two layers' deltas, where it is not the slope."""
    W, later = source.array(f"W{number + 1}"), source.array(f"d{number + 1}")
    ours, a = source.array(f"d{number}"), source.array(f"L{number}")
    slope = network_of(source.recognition).activations[number - 1].derivative(a)
    moved = W + source.array(f"update{number + 1}")
    ways: dict[str, Array] = {
        f"d{number} is made with W{number + 1} after its update; it takes W{number + 1} as it was "
        "in the forward pass": moved.T @ later * slope,
    }
    if W.shape[0] == W.shape[1]:
        ways[f"d{number} takes W{number + 1} d{number + 1}; it is W{number + 1}^T, transposed"] = (
            W @ later * slope
        )
    with np.errstate(all="ignore"):
        return next((text for text, d in ways.items() if relative_difference(d, ours) < CLOSE), "")


def report_lines(report: GradientReport, slip: str = "") -> list[str]:
    """The check in words: a line for each layer, what it comes to, and which slip it may be."""
    lines = [
        f"gradients at iteration {report.index}, on {report.samples:,} samples, against "
        "differences of the loss:"
    ]
    for layer in reversed(report.layers):
        lines.append(f"  {_verdict(layer, report)}")
    lines += [f"  {line}" for line in _meaning(report, slip)]
    return [part for line in lines for part in textwrap.wrap(line, WIDTH, subsequent_indent="    ")]


def _verdict(layer: LayerGradient, report: GradientReport) -> str:
    what = f"{layer.program_name} ({layer.name})"
    if not layer.checked:
        return f"{what}: can't be judged here ({layer.skipped} of its weights lie at a kink)"
    if layer.ratio == 0:
        return f"{what}: WRONG: it is not updated at all, and the loss depends on it"
    if report.right(layer):
        return f"{what}: right, on {layer.checked} weights"
    factor = layer.ratio / report.convention
    if layer.spread <= WRONG:
        sign = "the wrong sign, and " if factor < 0 else ""
        return f"{what}: WRONG: {sign}{abs(factor):.4g} times what it should be"
    return f"{what}: WRONG: no multiple of what it should be (relative error {layer.spread:.1e})"


def _meaning(report: GradientReport, slip: str) -> list[str]:
    """What the pattern of all layers says."""
    said = []
    if report.forgotten_k():
        said.append(
            f"known slip: the slope k = {report.k:g} of the sigmoid is forgotten in its "
            "derivative, which is k L (1 - L)"
        )
    elif len(report.layers) > 1 and all(layer.ratio == 0 for layer in report.layers[:-1]):
        said.append("known slip: only the last layer is trained")
    elif slip:
        said.append(f"known slip: {slip}")
    elif not report.wrong and abs(report.convention - 1) > SAME:
        said.append(
            f"all layers share the factor {report.convention:.6g}: a convention, such as sums over "
            "the samples for a loss that is a mean; the learning rate makes up for it"
        )
    elif not report.wrong:
        said.append("every gradient is that of the loss")
    return said
