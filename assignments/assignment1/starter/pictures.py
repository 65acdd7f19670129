"""Draws what network.py does into the folder `train`; nothing here changes the training."""

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from sklearn.manifold import TSNE
from threadpoolctl import threadpool_limits

FOLDER = Path("train")
TARGET = 90  # percent: the accuracy to reach
SHAPES = {784: (28, 28), 256: (16, 16), 128: (16, 8), 10: (10, 1)}
TSNE_SAMPLES = 500
SAMPLE = 0  # the image whose answer is shown


def draw(iteration, history, X, labels, layers, weights, updates):
    """Draw all pictures of one iteration. `layers`, `weights`, `updates`: of L1, L2, L3."""
    FOLDER.mkdir(exist_ok=True)
    draw_curves(history)
    _save("curves", iteration)
    draw_confusion(layers[-1], labels)
    _save("confusion", iteration)
    draw_dashboard(history, layers, weights, updates)
    _save("dashboard", iteration)
    draw_tsne(layers[1], labels)
    _save("tsne", iteration)
    draw_sample(X, labels, layers[-1])
    _save("sample", iteration)


def _save(name, iteration):
    plt.tight_layout()
    plt.savefig(FOLDER / f"{name}-{iteration:03}.png", dpi=100)
    plt.close()


def draw_curves(history):
    """Loss, and accuracy with a line where we want to get to."""
    _, (left, right) = plt.subplots(1, 2, figsize=(10, 4))
    left.plot(history["loss"])
    left.set(title="Loss", xlabel="iteration", ylabel="squared error per image")
    right.plot(100 * np.array(history["accuracy"]))
    right.axhline(TARGET, linestyle="--", color="gray")
    right.set(title="Accuracy", xlabel="iteration", ylabel="%", ylim=(0, 100))


def draw_confusion(L3, labels):
    """How often each digit (a row) was taken for which (a column)."""
    counts = np.zeros((10, 10), dtype=int)
    np.add.at(counts, (labels, np.argmax(L3, axis=0)), 1)
    plt.figure(figsize=(6, 5))
    plt.imshow(counts, cmap="viridis")
    plt.colorbar(label="images")
    for row in range(10):
        for column in range(10):
            bright = counts[row, column] > counts.max() / 2
            color = "black" if bright else "white"
            plt.text(column, row, counts[row, column], ha="center", va="center", color=color)
    plt.gca().set(xlabel="answer", ylabel="digit", xticks=range(10), yticks=range(10))


def draw_dashboard(history, layers, weights, updates):
    """Three rows: activations, weights, last updates; a column per layer, and a curve for each."""
    _, axes = plt.subplots(3, 4, figsize=(13, 9))
    for column, (L, W, update) in enumerate(zip(layers, weights, updates, strict=True)):
        n = column + 1
        _image(axes[0, column], L.mean(axis=1), f"L{n}: mean activation", signed=False)
        _image(axes[1, column], W.mean(axis=0), f"W{n}: mean weight")
        _image(axes[2, column], update.mean(axis=0), f"dW{n}: mean update")
    names = ["1", "2", "3"]
    axes[0, 3].plot(history["means"], label=names)
    axes[0, 3].set(title="Mean activation", xlabel="iteration")
    axes[0, 3].legend(title="layer")
    axes[1, 3].plot(100 * np.array(history["accuracy"]))
    axes[1, 3].set(title="Accuracy", xlabel="iteration", ylabel="%", ylim=(0, 100))
    axes[2, 3].plot(history["updates"], label=names)
    axes[2, 3].set(title="Mean |update|", xlabel="iteration", yscale="log")
    axes[2, 3].legend(title="layer")


def _image(axis, numbers, title, signed=True):
    """Numbers as a picture: blue below zero, red above; or grey, where none is below."""
    largest = max(float(np.abs(numbers).max()), 1e-30)
    colors = {"cmap": "RdBu_r", "vmin": -largest, "vmax": largest}
    if not signed:
        colors = {"cmap": "gray"}
    picture = axis.imshow(numbers.reshape(SHAPES[numbers.size]), **colors)
    plt.colorbar(picture, ax=axis)
    axis.set(title=title, xticks=[], yticks=[])


def draw_tsne(L2, labels):
    """What the second layer makes of 500 images: alike images should lie together."""
    some = L2[:, :TSNE_SAMPLES].T
    layout = TSNE(init="pca", random_state=0, perplexity=min(30, len(some) - 1))
    with threadpool_limits(1, "openmp"):  # so few images: several threads would only wait
        places = layout.fit_transform(some)
    plt.figure(figsize=(6, 5))
    plt.scatter(*places.T, c=labels[:TSNE_SAMPLES], cmap="tab10", vmin=-0.5, vmax=9.5, s=8)
    plt.colorbar(label="digit", ticks=range(10))
    plt.gca().set(title="t-SNE of L2", xticks=[], yticks=[])


def draw_sample(X, labels, L3):
    """One image, what the network says it is, and how sure it is."""
    answers = L3[:, SAMPLE]
    answer = int(np.argmax(answers))
    confidence = 100 * answers[answer] / answers.sum()
    plt.figure(figsize=(4, 4))
    plt.imshow(X[:, SAMPLE].reshape(28, 28), cmap="gray")
    plt.gca().set(xticks=[], yticks=[])
    plt.title(f"a {labels[SAMPLE]}, taken for a {answer} ({confidence:.0f} % sure)")
