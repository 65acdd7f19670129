"""How a layer's values are spread, under its activation's slope: where that is gone is seen."""

from nnviz.tui.details.layer import LayerDetail, Spread
from nnviz.tui.drawing.cells import Cells, Grid, blank, stack
from nnviz.tui.drawing.histograms import histogram
from nnviz.tui.drawing.look import Look
from nnviz.tui.drawing.numbers import fit_text, inline, percent
from nnviz.tui.panels.waiting import waiting
from nnviz.tui.state import Choice
from nnviz.tui.view import View


def head(view: View, choice: Choice, width: int, height: int, look: Look) -> Cells:
    """Name the layer, its activation and its size, and what is wrong with how many units."""
    info, layer = view.info.layers[choice.layer - 1], view.frame.layers[choice.layer - 1]
    drawn = Grid(width, 1)
    parts = [f"{info.units} units"]
    if info.silent:
        parts.append(f"{len(layer.silent_units)} {info.silent}")
    if info.saturates:
        parts.append(f"{percent(layer.saturated).strip()} of values saturated")
    parts += [f"std of z {inline(layer.z_std, look)}", f"{info.fan_in} inputs"]
    name = f"{info.name} {info.activation}"
    drawn.put(1, 0, name, "here")
    rest = (" - " if look.ascii else " · ").join(["", *parts])
    drawn.put(
        1 + len(name),
        0,
        fit_text(rest, max(0, width - len(name) - 2), ellipsis=look.ellipsis),
        "label",
    )
    return drawn.cells()


def z_values(view: View, choice: Choice, width: int, height: int, look: Look) -> Cells:
    """Draw the histogram of z with the activation's curve and its slope."""
    detail = layer_detail(view, choice)
    if detail is None:
        return waiting(view, width, height, look)
    layer = view.frame.layers[choice.layer - 1]
    numbers = f"mean {inline(layer.z_mean, look)}, std {inline(layer.z_std, look)}"
    title = _title(f"z{choice.layer}", numbers, detail, detail.z, view)
    return _drawn(title, detail.z, width, height, look)


def a_values(view: View, choice: Choice, width: int, height: int, look: Look) -> Cells:
    """Draw the histogram of a with the slope that the activation has at each value."""
    detail = layer_detail(view, choice)
    if detail is None:
        return blank(width, height)
    layer = view.frame.layers[choice.layer - 1]
    numbers = f"mean {inline(layer.a_mean, look)}, std {inline(layer.a_std, look)}"
    if detail.zeros:
        numbers += f", {percent(detail.zeros / detail.a.values).strip()} are 0"
    title = _title(f"L{choice.layer}", numbers, detail, detail.a, view)
    return _drawn(title, detail.a, width, height, look)


def layer_detail(view: View, choice: Choice) -> LayerDetail | None:
    """The view's detail, if it is that of the chosen layer."""
    detail = view.detail
    if isinstance(detail, LayerDetail) and detail.layer == choice.layer:
        return detail
    return None


def _title(name: str, numbers: str, detail: LayerDetail, spread: Spread, view: View) -> str:
    """The numbers of a spread; of one of an earlier iteration, which iteration it is."""
    lost = f", {spread.not_finite} NaN or Inf" if spread.not_finite else ""
    stale = f"at iteration {detail.index}"
    return f"{name}: {numbers if detail.index == view.frame.index else stale}{lost}"


def _drawn(title: str, spread: Spread, width: int, height: int, look: Look) -> Cells:
    label = Grid(width, 1)
    label.put(1, 0, fit_text(title, max(0, width - 1), ellipsis=look.ellipsis), "label")
    bars = histogram(
        spread.counts,
        spread.edges,
        width,
        height - 1,
        look,
        overlays=spread.curves,
        flagged=spread.saturated,
    )
    return stack(label.cells(), bars)
