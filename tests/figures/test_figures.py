"""Figures show what the run holds: the right numbers in the right place, for any net and data."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib import colors, rcParams

from nnviz.debugger.engine_source import EngineSource
from nnviz.experiment import Experiment
from nnviz.figures.classes import confusion, confusion_counts, embedding, samples, tsne
from nnviz.figures.curves import comparison, curves
from nnviz.figures.dashboard import as_picture, dashboard
from nnviz.figures.moment import Answers, engine_moment
from nnviz.figures.registry import FIGURES
from nnviz.figures.style import CLASS_COLORS, LINE_COLORS, SIGNED_MAP
from nnviz.headless import train_headless
from nnviz.presets import PRESETS

SMALL = Experiment(name="small", data="digits", hidden=(12, 8), iterations=3)


def moment_of_run(experiment):
    """A moment at the end of a run; its map has fewer samples than usual, as t-SNE is slow."""
    source = EngineSource(experiment)
    summary = train_headless(source, experiment.iterations)
    moment = engine_moment(source, summary.frame, summary.history)
    return replace(moment, hidden=moment.hidden[:, :30])


@pytest.fixture(scope="module")
def moment():
    return moment_of_run(SMALL)


@pytest.fixture(scope="module")
def course():
    return moment_of_run(replace(PRESETS["course"], iterations=1))


@pytest.fixture(scope="module")
def diverged():
    wild = replace(SMALL, activation="leaky_relu", output="identity", learning_rate=1.0)
    return moment_of_run(replace(wild, iterations=8))


def pictures(figure):
    """The heat maps by the first words of their title."""
    return {
        axes.get_title(loc="left"): axes.images[0]
        for axes in figure.axes
        if axes.images and axes.get_title(loc="left")
    }


def test_the_dashboard_has_the_courses_pictures(course):
    """L1, L2, L3 as 16x16, 16x8, 10x1; W1, W2, W3 and their updates as 28x28, 16x16, 16x8."""
    shown = pictures(dashboard(course))
    shapes = {title.split(" (")[0]: image.get_array().shape for title, image in shown.items()}
    assert shapes == {
        "mean of L1": (16, 16),
        "mean of L2": (16, 8),
        "mean of L3": (10, 1),
        **{f"{what} of W1": (28, 28) for what in ("mean", "update")},
        **{f"{what} of W2": (16, 16) for what in ("mean", "update")},
        **{f"{what} of W3": (16, 8) for what in ("mean", "update")},
    }


def test_the_dashboard_shows_means_of_weights_over_units_shaped_as_the_input(course):
    """Pixel (r, c) of the picture of W1 is the mean of column 28 r + c of W1, by definition."""
    shown = pictures(dashboard(course))["mean of W1 (28 x 28)"].get_array()
    source = EngineSource(replace(PRESETS["course"], iterations=1))
    train_headless(source, 1)
    W1 = source.array("W1")
    assert shown[14, 3] == pytest.approx(W1[:, 28 * 14 + 3].mean())
    update = pictures(dashboard(course))["update of W1 (28 x 28)"].get_array()
    assert update[14, 13] == pytest.approx(source.array("update1")[:, 28 * 14 + 13].mean())


def test_the_dashboard_shows_mean_activations_unit_by_unit(course):
    """Unit 17 of L1 is in row 1, column 1 of a 16 x 16 picture."""
    shown = pictures(dashboard(course))["mean of L1 (16 x 16)"].get_array()
    assert shown[1, 1] == pytest.approx(course.frame.layers[0].unit_mean[17])


def test_signed_pictures_have_a_scale_symmetric_about_zero(course):
    """So that white is 0 and the sign is a hue."""
    for title, image in pictures(dashboard(course)).items():
        low, high = image.get_clim()
        assert low == (0 if " of L" in title else -high)
        assert high == pytest.approx(np.abs(image.get_array()).max())


def test_the_dashboards_curves_are_the_runs_history(course):
    """Mean activation, accuracy in percent and mean |update| of each layer, at every iteration."""
    figure = dashboard(course)
    by_title = {axes.get_title(): axes for axes in figure.axes}
    lines = by_title["mean |update| (log scale)"].get_lines()
    assert [line.get_label() for line in lines] == ["W1", "W2", "W3"]
    np.testing.assert_array_equal(lines[2].get_ydata(), course.column("W3.update"))
    assert by_title["mean |update| (log scale)"].get_yscale() == "log"
    means = by_title["mean activation"].get_lines()
    np.testing.assert_array_equal(means[0].get_ydata(), course.column("L1.mean"))


def test_dead_units_are_crossed_out_and_counted():
    """A ReLU unit that is 0 on every sample has a cross; one that is merely small has none."""
    run = moment_of_run(
        replace(SMALL, activation="relu", biases=True, init_bias=-0.5, init_divisor=10.0)
    )
    dead = np.flatnonzero(run.frame.layers[0].silent)
    assert len(dead) > 0
    axes = next(a for a in dashboard(run).axes if a.get_title(loc="left").startswith("mean of L1"))
    crosses = axes.collections[0].get_offsets()
    columns = axes.images[0].get_array().shape[1]
    assert [int(y) * columns + int(x) for x, y in crosses] == dead.tolist()
    assert axes.get_xlabel() == f"x: {len(dead)} dead"


@given(st.integers(1, 3000))
def test_any_number_of_values_becomes_a_picture_that_is_not_a_strip(size):
    """Every value once, in order; nothing but empty cells behind; at most four times as long."""
    values = np.arange(size, dtype=np.float32)
    shaped = as_picture(values)
    np.testing.assert_array_equal(shaped.compressed(), values)
    rows, columns = shaped.shape
    assert size <= 10 or columns <= rows <= 4 * columns
    assert not shaped.mask.ravel()[:size].any()


@pytest.mark.parametrize(
    ("size", "shape"), [(256, (16, 16)), (128, (16, 8)), (10, (10, 1)), (784, (28, 28))]
)
def test_the_courses_sizes_have_the_courses_shapes(size, shape):
    """From the description of the starter's pictures."""
    assert as_picture(np.zeros(size)).shape == shape


def test_curves_have_the_target_line_and_training_and_test(moment):
    """Loss and accuracy of both; the dashed line is at 90 %."""
    loss_axes, accuracy_axes = curves(moment).axes
    train, test = loss_axes.get_lines()
    np.testing.assert_array_equal(train.get_ydata(), moment.column("loss"))
    assert test.get_xdata().tolist() == [0]  # the test samples are evaluated at every tenth
    assert any(set(line.get_ydata()) == {90.0} for line in accuracy_axes.get_lines())
    accuracy = accuracy_axes.get_lines()[0].get_ydata()
    np.testing.assert_allclose(accuracy, 100 * moment.column("accuracy"))


def test_curves_of_several_runs_are_told_apart_by_name_colour_and_dashes(moment):
    """A legend names each, no two look the same, and the title names them all."""
    others = [replace(moment, info=replace(moment.info, name=name)) for name in ("a", "b", "c")]
    figure = comparison(others)
    laid_out(figure)
    names = [text.get_text() for text in figure.legends[0].get_texts()]
    accuracy = f"training {100 * moment.frame.train_accuracy:.2f} %"
    assert [name.split(", ")[0] for name in names] == [f"{run}: {accuracy}" for run in "abc"]
    lines = [line for line in figure.axes[0].get_lines() if not line.get_label().startswith("_")]
    assert len({(line.get_color(), line.get_linestyle()) for line in lines}) == 3
    assert figure.get_suptitle() == "a, b, c"


def test_curves_of_a_run_that_diverged_say_when(diverged):
    """The gap is named, and the axis goes on to the last iteration."""
    axes = curves(diverged).axes[0]
    first = int(np.argmin(np.isfinite(diverged.column("loss"))))
    assert any(text.get_text().endswith(f" at {first}") for text in axes.texts)
    assert axes.get_xlim()[1] >= 8


def test_curves_stop_at_the_moment_they_show(moment):
    """A history that goes on behind the iteration is cut there."""
    early = replace(moment, frame=replace(moment.frame, index=1))
    assert len(curves(early).axes[0].get_lines()[0].get_xdata()) == 2


def test_confusion_counts_are_those_of_scikit_learn():
    """Row: true class, column: predicted class."""
    from sklearn.metrics import confusion_matrix

    rng = np.random.default_rng(0)
    labels, predicted = rng.integers(0, 7, 300), rng.integers(0, 7, 300)
    np.testing.assert_array_equal(
        confusion_counts(labels, predicted, 7), confusion_matrix(labels, predicted)
    )


def test_the_confusion_matrix_writes_every_count_into_its_cell(moment):
    """Training beside test; the title's accuracy is the share on the diagonal."""
    train, test = confusion(moment).axes[:2]
    counts = confusion_counts(moment.train.labels, moment.train.predictions, 10)
    written = {
        (int(text.get_position()[1]), int(text.get_position()[0])): text.get_text()
        for text in train.texts
    }
    assert written == {cell: str(counts[cell]) for cell in zip(*np.nonzero(counts), strict=True)}
    assert f"{100 * moment.frame.train_accuracy:.2f} %" in train.get_title()
    assert test.get_title().startswith("test")


def test_a_run_without_test_samples_is_drawn_without_them(moment):
    """One matrix instead of two, and training samples as examples."""
    none = Answers(moment.test.X[:, :0], moment.test.labels[:0], moment.test.outputs[:, :0])
    alone = replace(moment, test=none)
    assert sum(bool(axes.images) for axes in confusion(alone).axes) == 1
    assert "training samples" in samples(alone).subfigs[0].get_suptitle()


def test_tsne_is_the_same_for_the_same_seed():
    """Randomness is an argument."""
    hidden = np.random.default_rng(0).random((8, 40))
    np.testing.assert_array_equal(embedding(hidden, 1), embedding(hidden, 1))


def test_tsne_keeps_two_clusters_apart():
    """Samples of two far clouds are not mixed: the nearest neighbour is always of one's own."""
    rng = np.random.default_rng(0)
    hidden = np.hstack([rng.normal(0, 1, (5, 30)), rng.normal(30, 1, (5, 30))])
    points = embedding(hidden, 0)
    distance = np.linalg.norm(points[:, None] - points[None], axis=2)
    np.fill_diagonal(distance, np.inf)
    assert ((distance.argmin(axis=1) < 30) == (np.arange(60) < 30)).all()


def test_samples_show_confidence_and_the_surest_mistakes(moment):
    """The second row is sorted by the largest output, and every sample in it is wrong."""
    figure = samples(moment)
    titles = [axes.get_title() for axes in figure.subfigs[1].axes if axes.get_title()]
    assert len(titles) == 6
    assert all(title.startswith("✗") for title in titles)
    confidence = [int(title.split("(")[1].split()[0]) for title in titles]
    assert all(a >= b for a, b in pairwise(confidence))
    wrong = int((moment.test.predictions != moment.test.labels).sum())
    assert f"of {wrong:,} mistakes" in figure.subfigs[1].get_suptitle()


ODD_RUNS = {
    "no hidden layer, iteration 0": replace(SMALL, hidden=(), iterations=0),
    "eight layers, one unit": replace(SMALL, hidden=(31, 12, 9, 8, 7, 5, 1), activation="tanh"),
    "two samples, and nothing moves": replace(SMALL, batch_size=2, learning_rate=0.0),
    "all units alike": replace(SMALL, initializer="constant"),
}


def laid_out(figure):
    """Do all that saving does but the drawing itself: titles, ticks and layout may warn, too."""
    figure.draw_without_rendering()


@pytest.mark.slow
@pytest.mark.parametrize("run", ODD_RUNS)
def test_every_figure_can_be_drawn_of_every_run(run):
    """Any number of layers, batches and iterations; warnings are errors here."""
    moment = moment_of_run(ODD_RUNS[run])
    for figure in FIGURES.values():
        laid_out(figure(moment))


@pytest.mark.slow
def test_every_figure_can_be_drawn_of_a_run_that_diverged(diverged):
    """NaN is shown or named, never fatal."""
    for figure in FIGURES.values():
        laid_out(figure(diverged))


@pytest.mark.slow
def test_data_that_are_no_pictures_are_drawn_as_vectors(tmp_path):
    """An .npz of 60 samples with 17 features and 25 classes, too many for numbers in cells."""
    rng = np.random.default_rng(0)
    y = np.concatenate([np.arange(25), rng.integers(0, 25, 35)])
    np.savez(tmp_path / "own.npz", X=rng.normal(size=(60, 17)), y=y)
    run = moment_of_run(replace(SMALL, data=str(tmp_path / "own.npz"), output="tanh"))
    for figure in FIGURES.values():
        laid_out(figure(run))
    assert not confusion(run).axes[0].texts


def test_drawing_leaves_matplotlibs_settings_alone(moment):
    """Whoever uses the figures in a notebook keeps their own style."""
    before = dict(rcParams)
    curves(moment)
    assert dict(rcParams) == before


def deuteranopia(names):
    """sRGB of colours as people without green cones see them (Viénot, Brettel & Mollon 1999)."""
    rgb = np.array([colors.to_rgb(name) for name in names])
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    seen = (
        linear @ np.array([[0.29275, 0.70725, 0], [0.29275, 0.70725, 0], [-0.02234, 0.02234, 1]]).T
    )
    return np.clip(seen, 0, 1)


def lab(linear):
    """CIE L*a*b* (D65) of linear sRGB."""
    to_xyz = np.array(
        [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    )
    t = linear @ to_xyz.T / np.array([0.9505, 1.0, 1.089])
    f = np.where(t > 0.008856, np.cbrt(t), 7.787 * t + 16 / 116)
    return np.stack(
        [116 * f[:, 1] - 16, 500 * (f[:, 0] - f[:, 1]), 200 * (f[:, 1] - f[:, 2])], axis=1
    )


@pytest.mark.parametrize("palette", [LINE_COLORS, CLASS_COLORS], ids=["lines", "classes"])
def test_no_two_colours_look_alike_to_a_colour_blind_viewer(palette):
    """CIE76 distances of more than 9 between any two (2.3 is just noticeable)."""
    seen = lab(deuteranopia(palette))
    distance = np.linalg.norm(seen[:, None] - seen[None], axis=2)
    assert distance[np.triu_indices(len(palette), 1)].min() > 9


def test_the_signed_map_keeps_its_sign_to_a_colour_blind_viewer():
    """The two ends of the map differ by far, and zero is lighter than both."""
    from matplotlib import colormaps

    low, zero, high = lab(deuteranopia(colormaps[SIGNED_MAP]([0.1, 0.5, 0.9])))
    assert np.linalg.norm(low - high) > 40
    assert zero[0] > max(low[0], high[0]) + 30


def test_a_map_of_values_without_finite_numbers_says_so(diverged):
    """Instead of an empty picture."""
    (axes,) = tsne(diverged).axes
    assert "no finite numbers" in axes.texts[0].get_text()
