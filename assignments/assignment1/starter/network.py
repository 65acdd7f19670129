"""A network that learns to read handwritten digits: where assignment 1 starts from.

    python network.py

784 inputs, 256 and 128 hidden units, 10 outputs; every layer is a sigmoid of a matrix product.
It trains on all images at once, prints how it is doing, and draws pictures into the folder `train`.
Samples are columns: X[:, 5] is the sixth image, L3[:, 5] what the network says about it.
"""

# %% [markdown]
# # Settings
# Change these first: everything else follows them.

# %%
import numpy as np
from mnist import read_images
from pictures import draw

DATA = "mnist-2k.npz"  # 2,000 images; or the path of a folder with MNIST's four IDX files
ITERATIONS = 201
LEARNING_RATE = 1e-5  # for a gradient that is the sum over 60,000 images
PICTURES_EVERY = 10  # iterations; 0 draws none, which is a lot faster

# %% [markdown]
# # Data
# `X` holds the images, one per column, each pixel from 0 to 1. `T` holds what the network should
# say: in each column a 1 in the row of the right digit, and 0 elsewhere.

# %%
images, labels = read_images(DATA)
N = len(images)
X = images.reshape(N, 784).T.astype("float32") / 255
T = np.zeros((10, N), dtype="float32")
T[labels, np.arange(N)] = 1

# Fewer images make a smaller sum, so each of them counts for more.
learning_rate = LEARNING_RATE * 60000 / N

# %% [markdown]
# # Weights
# Random numbers between -1 and 1, the same ones each time.

# %%
np.random.seed(0)
W1 = 2 * np.random.rand(784, 256).astype("float32").T - 1
W2 = 2 * np.random.rand(256, 128).astype("float32").T - 1
W3 = 2 * np.random.rand(128, 10).astype("float32").T - 1

# %% [markdown]
# # Activation function


# %%
def sigmoid(z):
    """Squash every number into the range from 0 to 1."""
    return 1 / (1 + np.exp(-z))


# %% [markdown]
# # Training

# %%
history = {"loss": [], "accuracy": [], "means": [], "updates": []}

for iteration in range(ITERATIONS):
    # Forwards: from the images to an answer.
    L1 = sigmoid(W1 @ X)
    L2 = sigmoid(W2 @ L1)
    L3 = sigmoid(W3 @ L2)

    # How good is it?
    loss = np.sum((L3 - T) ** 2) / N
    accuracy = np.mean(np.argmax(L3, axis=0) == labels)

    # Backwards: what should change before each sigmoid? The slope of a sigmoid is L * (1 - L).
    delta3 = (L3 - T) * L3 * (1 - L3)
    delta2 = (W3.T @ delta3) * L2 * (1 - L2)
    delta1 = (W2.T @ delta2) * L1 * (1 - L1)

    # Gradients: sums over all images.
    dW3 = delta3 @ L2.T
    dW2 = delta2 @ L1.T
    dW1 = delta1 @ X.T

    # What we look at.
    history["loss"].append(float(loss))
    history["accuracy"].append(float(accuracy))
    history["means"].append([float(L.mean()) for L in (L1, L2, L3)])
    history["updates"].append([learning_rate * float(np.abs(dW).mean()) for dW in (dW1, dW2, dW3)])
    if iteration % 10 == 0:
        print(f"iteration {iteration:3}: loss {loss:.6f}, accuracy {100 * accuracy:.2f} %")
    if PICTURES_EVERY and iteration % PICTURES_EVERY == 0:
        updates = [-learning_rate * dW for dW in (dW1, dW2, dW3)]
        draw(iteration, history, X, labels, [L1, L2, L3], [W1, W2, W3], updates)

    # Learn: a small step against each gradient.
    W3 -= learning_rate * dW3
    W2 -= learning_rate * dW2
    W1 -= learning_rate * dW1
