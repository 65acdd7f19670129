"""Which classes the network tells apart: confusion, a map of the hidden layer, single samples."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure, SubFigure
from threadpoolctl import threadpool_limits

from nnviz.engine.arrays import Array, Labels
from nnviz.figures.moment import Answers, Moment
from nnviz.figures.style import (
    BLUE,
    CLASS_COLORS,
    COUNT_MAP,
    GREY,
    VERMILION,
    bare,
    draws,
    new_figure,
    say,
    write,
)
from nnviz.summary import percent

MOST_NAMED_CLASSES = 20
"""Beyond these the cells of a confusion matrix are too small for numbers."""

NO_CLASSES = "the targets name no classes: nothing is right or wrong"

SHARES = ("softmax", "sigmoid")
"""Output activations whose values lie between 0 and 1 and are read as percent."""


@draws
def confusion(moment: Moment) -> Figure:
    """True class by predicted class, in counts; colours are shares of the true class."""
    figure = new_figure(moment.title)
    parts = [("training", moment.train), ("test", moment.test)]
    parts = [(name, answers) for name, answers in parts if answers.count]
    if not parts:
        say(figure, NO_CLASSES)
        return figure
    grid = figure.subplots(1, len(parts), squeeze=False)[0]
    for axes, (name, answers) in zip(grid, parts, strict=True):
        counts = confusion_counts(answers.labels, answers.predictions, moment.info.classes)
        right = 100 * np.trace(counts) / answers.count
        axes.set_title(f"{name}: {right:.2f} % of {answers.count:,} right")
        _confusion_matrix(axes, counts)
    bar = figure.colorbar(grid[-1].images[0], ax=list(grid), shrink=0.7, pad=0.02)
    bar.set_label("share of the true class (%)")
    bar.outline.set_visible(False)
    return figure


def confusion_counts(labels: Labels, predicted: Labels, classes: int) -> Labels:
    """How many samples of class i (row) were predicted as class j (column)."""
    counts = np.zeros((classes, classes), np.int64)
    np.add.at(counts, (labels, predicted), 1)
    return counts


def _confusion_matrix(axes: Axes, counts: Labels) -> None:
    totals = counts.sum(axis=1, keepdims=True)
    shares = 100 * counts / np.maximum(totals, 1)
    axes.imshow(shares, cmap=COUNT_MAP, vmin=0, vmax=100)
    classes = len(counts)
    axes.grid(False)
    axes.set_xlabel("predicted class")
    axes.set_ylabel("true class")
    if classes > MOST_NAMED_CLASSES:
        return
    axes.set_xticks(range(classes))
    axes.set_yticks(range(classes))
    digits = len(str(counts.max()))
    for row, column in zip(*np.nonzero(counts), strict=True):
        color = "white" if shares[row, column] > 60 else "black"
        axes.text(
            column,
            row,
            str(counts[row, column]),
            ha="center",
            va="center",
            color=color,
            fontsize=min(11.0, 110 / classes, 46 / digits),
        )


def embedding(hidden: Array, seed: int) -> Array:
    """t-SNE of units x samples: samples x 2 (van der Maaten & Hinton 2008, by scikit-learn).

    The same seed gives the same map. Perplexity is 30, less for fewer than 100 samples.
    """
    from sklearn.manifold import TSNE

    rows = np.ascontiguousarray(hidden.T, np.float64)
    # on samples that are all alike a start by principal components divides by zero
    start = "pca" if min(rows.shape) > 1 and np.ptp(rows, axis=0).any() else "random"
    perplexity = min(30.0, max(1.0, (len(rows) - 1) / 3))
    # so little work is slower on several threads, and one thread always adds up in the same order
    with threadpool_limits(1):
        map_ = TSNE(2, perplexity=perplexity, init=start, random_state=seed).fit_transform(rows)
    return np.asarray(map_, np.float64)


@draws
def tsne(moment: Moment, seed: int = 0) -> Figure:
    """The samples of the last hidden layer in two dimensions, each drawn as its own class number.

    Neighbours were treated alike by the network; the axes have no meaning.
    """
    figure = new_figure(moment.title, height=8.4)
    axes = figure.add_subplot()
    samples = moment.hidden.shape[1]
    title = f"t-SNE of {_mapped(moment)}: the first {samples} training samples, by their true class"
    _tsne_map(axes, moment, seed, title, size=110.0)
    return figure


@draws
def tsne_before_after(before: Moment, after: Moment, seed: int = 0) -> Figure:
    """The same map at two iterations of a run, side by side: what training did to the samples."""
    figure = new_figure(f"{after.title}: t-SNE of {_mapped(after)}")
    for axes, moment in zip(figure.subplots(1, 2), (before, after), strict=True):
        accuracy = f"training accuracy {percent(moment.frame.train_accuracy)}"
        title = f"iteration {moment.frame.index}: {accuracy}"
        _tsne_map(axes, moment, seed, title, size=60.0)
    return figure


def _mapped(moment: Moment) -> str:
    depth = moment.info.depth
    return f"L{depth - 1}" if depth > 1 else "the input"


def _tsne_map(axes: Axes, moment: Moment, seed: int, title: str, size: float) -> None:
    """One map; a sentence where there is nothing to map."""
    samples = moment.hidden.shape[1]
    bare(axes)
    if not np.isfinite(moment.hidden).all():
        write(axes, f"{_mapped(moment)} holds values that are no finite numbers: nothing to map")
        return
    if not moment.train.count:
        write(axes, NO_CLASSES)
        return
    if samples < 3:
        write(axes, f"{samples} samples are too few for a map")
        return
    points, labels = embedding(moment.hidden, seed), moment.train.labels[:samples]
    axes.set_title(title)
    for number in np.unique(labels):
        x, y = points[labels == number].T
        color = CLASS_COLORS[number % len(CLASS_COLORS)]
        axes.scatter(x, y, marker=rf"$\mathbf{{{number}}}$", s=size, color=color, linewidths=0.2)
    axes.set_aspect("equal", adjustable="datalim")


@draws
def samples(moment: Moment, count: int = 6) -> Figure:
    """The first samples, and those on which the network is most sure and wrong, with its outputs.

    Test samples where there are any. Confidence is the largest output.
    """
    name, answers = ("test", moment.test) if moment.test.count else ("training", moment.train)
    figure = new_figure(moment.title, height=8.4)
    if not answers.count:
        say(figure, NO_CLASSES)
        return figure
    if not np.isfinite(answers.outputs).all():
        say(figure, "the outputs are no finite numbers: there are no predictions to show")
        return figure
    confidence = answers.outputs.max(axis=0)
    wrong = np.flatnonzero(answers.predictions != answers.labels)
    surest = wrong[np.argsort(-confidence[wrong], kind="stable")][:count]
    rows = figure.add_gridspec(2, 1)
    above, below = figure.add_subfigure(rows[0]), figure.add_subfigure(rows[1])
    _sample_row(
        above,
        f"the first {name} samples",
        moment,
        answers,
        np.arange(min(count, answers.count)),
        count,
    )
    _sample_row(
        below,
        f"the most confident of {len(wrong):,} mistakes in {answers.count:,} {name} samples",
        moment,
        answers,
        surest,
        count,
    )
    return figure


def _sample_row(
    figure: SubFigure, title: str, moment: Moment, answers: Answers, chosen: Labels, count: int
) -> None:
    figure.suptitle(title, fontsize=14, fontweight="normal")
    if not len(chosen):
        figure.text(0.5, 0.5, "none", ha="center", va="center", color=GREY, fontsize=16)
        return
    grid = figure.subplots(2, count, height_ratios=[3, 2], squeeze=False)
    shown = answers.outputs[:, chosen]
    as_share = moment.info.layers[-1].activation in SHARES
    bounds = (
        (0.0, 1.05) if as_share else (1.05 * min(0.0, shown.min()), 1.05 * max(0.1, shown.max()))
    )
    for axes, sample in zip(grid.T[: len(chosen)], chosen, strict=True):
        outputs, label = answers.outputs[:, sample], int(answers.labels[sample])
        predicted = int(outputs.argmax())
        confidence = f"{100 * outputs.max():.0f} %" if as_share else f"{outputs.max():.2f}"
        right = predicted == label
        axes[0].set_title(
            f"✓ {label}  ({confidence})" if right else f"✗ {predicted}, is {label}  ({confidence})",
            color=BLUE if right else VERMILION,
            fontsize=13,
        )
        _input(axes[0], answers.X[:, sample], moment.info.image_shape)
        _outputs(axes[1], outputs, label)
        axes[1].set_ylim(bounds)
    for axes in grid.T[len(chosen) :].flat:
        axes.set_visible(False)
    grid[1, 0].set_ylabel("output")


def _input(axes: Axes, x: Array, shape: tuple[int, int] | None) -> None:
    """The sample as its picture; as steps, feature by feature, where it is none."""
    if shape:
        axes.imshow(x.reshape(shape), cmap="gray_r")
        bare(axes)
    else:
        axes.step(np.arange(len(x)), x, where="mid", color=GREY, linewidth=1.2)
        axes.set_xlabel("feature", fontsize=10)
        axes.tick_params(labelsize=9)


def _outputs(axes: Axes, outputs: Array, label: int) -> None:
    """One bar for each class; the true one in blue, with a mark above it."""
    bars = axes.bar(range(len(outputs)), outputs, color="#b5b5b5")
    bars[label].set_color(BLUE)
    axes.plot(label, max(0.0, outputs[label]), marker=7, color=BLUE, markersize=8, clip_on=False)
    axes.grid(False)
    axes.tick_params(labelsize=9)
    if len(outputs) <= MOST_NAMED_CLASSES:
        axes.set_xticks(range(len(outputs)))
    axes.set_xlabel("class", fontsize=10)
