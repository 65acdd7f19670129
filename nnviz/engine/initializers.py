"""Weight initialisers: each draws one weight matrix from a random generator it is given.

An initialiser is `f(fan_out, fan_in, rng) -> W` (fan_out x fan_in, float64 unless it says
otherwise). LSUV needs data, so it is a pass over the whole network: see `lsuv`.
`rng` may be a `numpy.random.Generator` or the legacy `numpy.random.RandomState` whose stream the
course uses; both offer the two methods used here, `random` and `standard_normal`.
"""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

import numpy as np

from nnviz.engine.activations import Activation
from nnviz.engine.arrays import Array, Rng

Initializer = Callable[[int, int, Rng], Array]


def uniform(fan_out: int, fan_in: int, rng: Rng) -> Array:
    """Uniform in [-1, 1), as the course draws it: rows of fan_in first, then transposed, float32.

    Source: the course's starter, `2 * rand(fan_in, fan_out).astype("float32").T - 1`.
    """
    return 2 * rng.random((fan_in, fan_out)).astype(np.float32).T - 1


def normal(fan_out: int, fan_in: int, rng: Rng) -> Array:
    """Standard normal: mean 0, variance 1."""
    return rng.standard_normal((fan_out, fan_in))


def glorot(fan_out: int, fan_in: int, rng: Rng) -> Array:
    """Uniform with variance 2 / (fan_in + fan_out) (Glorot & Bengio 2010, eq. 16)."""
    limit = np.sqrt(6 / (fan_in + fan_out))
    return limit * (2 * rng.random((fan_out, fan_in)) - 1)


def he(fan_out: int, fan_in: int, rng: Rng) -> Array:
    """Normal with variance 2 / fan_in (He et al. 2015, eq. 10)."""
    return np.sqrt(2 / fan_in) * rng.standard_normal((fan_out, fan_in))


def orthogonal(fan_out: int, fan_in: int, rng: Rng) -> Array:
    """Orthonormal rows (or columns, if there are fewer of them), from the SVD of a normal matrix.

    Source: Saxe et al. 2014.
    """
    u, _, vt = np.linalg.svd(rng.standard_normal((fan_out, fan_in)), full_matrices=False)
    return u if u.shape == (fan_out, fan_in) else vt


def constant(fan_out: int, fan_in: int, rng: Rng) -> Array:
    """All ones: the symmetric start that never learns different units, for lessons."""
    return np.ones((fan_out, fan_in))


INITIALIZERS: Mapping[str, Initializer] = MappingProxyType(
    {
        "uniform": uniform,
        "normal": normal,
        "glorot": glorot,
        "he": he,
        "orthogonal": orthogonal,
        "lsuv": orthogonal,  # then scaled by `lsuv` with real forward passes
        "constant": constant,
    }
)


def lsuv(
    weights: Sequence[Array],
    activations: Sequence[Activation],
    X: Array,
    *,
    bias: float = 0.0,
    tolerance: float = 1e-4,
    max_rounds: int = 20,
) -> tuple[Array, ...]:
    """Scale each layer until its pre-activations have unit variance on the data `X`.

    `weights` are fan_out x fan_in, `X` is features x samples, `bias` what every unit starts with.
    The layers are done in order, each through the real, already scaled
    layers before it. One division nearly does it; another round removes the rounding. A layer
    whose variance is zero or not finite is left as it is.

    Source: Mishkin & Matas 2015, algorithm 1.
    """
    scaled = []
    a = X
    for W, activation in zip(weights, activations, strict=True):
        for _ in range(max_rounds):
            variance = float(np.var(W @ a, dtype=np.float64))
            if not np.isfinite(variance) or variance == 0 or abs(variance - 1) < tolerance:
                break
            W = W / np.asarray(np.sqrt(variance), dtype=W.dtype)
        scaled.append(W)
        a = activation.function(W @ a + bias)
    return tuple(scaled)
