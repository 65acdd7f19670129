"""The known slips by id: what a wrong value is recognised as, in words that a student understands.

A slip is recognised where what came back equals what the slip gives, so each check says how its own
slips are computed; here is only what they are called.
"""

from collections.abc import Mapping
from types import MappingProxyType

SLIPS: Mapping[str, str] = MappingProxyType(
    {
        # values of any kind
        "returns-none": "nothing is returned",
        "wrong-type": "what is returned is no array of real numbers",
        "wrong-shape": "the shape is another one",
        "not-finite": "there are numbers that are NaN or infinite",
        "in-place": "an argument is changed in place; work on a copy, or write `W = W - step`",
        # activations
        "forgotten-k": "the factor k is forgotten: with f(k z), the derivative is k f'(k z)",
        "k-ignored": "k is not used",
        "exponent-sign": "the sign in the exponent: exp(-k z), not exp(k z)",
        "derivative-formula-of-a-on-z": "the formula for the activation a, used on z: take a = f(z)"
        " first",
        "derivative-at-a": "the derivative is taken at a = f(z), not at z: f is applied twice",
        "value-for-derivative": "this is the function's value, not its derivative",
        "sigmoid-factor-missing": "the factor 1 - a is missing: the derivative is k a (1 - a)",
        "tanh-not-squared": "the square is forgotten: the derivative is 1 - tanh(z)^2",
        "tanh-is-sigmoid": "this is the sigmoid; tanh(z) = 2 sigmoid(2 z) - 1",
        "tanh-half": "this is tanh(z / 2): 2 sigmoid(2 z) - 1 needs the 2 in both places",
        "absolute-value": "this is the absolute value of z",
        "reversed": "positive and negative z are swapped",
        "relu-slope-ge": "1 everywhere: a >= 0 holds for every output of a ReLU; ask for z > 0",
        "leak-ignored": "the argument slope is not used",
        "leak-is-zero": "no slope left of zero: this is ReLU's",
        "leak-times-z": "left of zero the derivative is slope, not slope * z",
        "overflow": "exp overflows: inf / inf is no number; subtract the largest z, or use a "
        "formula whose exponents are not positive",
        # softmax and cross-entropy
        "softmax-axis": "normalised over the samples: the classes are the rows, so axis=0",
        "softmax-whole": "normalised over the whole array: each column has to add up to 1",
        "softmax-not-normalised": "exp(z) is not divided by its sum",
        "mean-for-sum": "a mean stands where a sum belongs",
        "missing-1-over-n": "it is the sum over the samples, not divided by N",
        "no-epsilon": "log(0) is minus infinity, and 0 * log(0) is no number: add a small epsilon, "
        "or cut a off below",
        "loss-sign": "the minus in front is missing",
        "binary-cross-entropy": "this is the cross-entropy of single sigmoids, with (1 - t) log(1 -"
        " a); for softmax it is -sum(t log a)",
        "squared-error": "this is the squared error",
        "delta-reversed": "it is t - a; the derivative is a - t",
        "delta-of-squared-error": "a (1 - a) is the slope of a sigmoid; with softmax and "
        "cross-entropy it cancels, and a - t is left",
        "delta-bare": "-t / a is the derivative with respect to a, not to z",
        # initialisers
        "init-shape": "weights are fan_out x fan_in: the shape is transposed",
        "init-constant": "all weights are equal, so all units stay equal",
        "init-not-centred": "the mean is not 0: 2 * rng.random(...) - 1 lies around 0",
        "init-missing-fan": "the division by the number of inputs is missing",
        "init-std-for-variance": "the square root is missing: the variance was asked for, and it "
        "is what the standard deviation is",
        "init-limit-for-std": "uniform in +-s has the variance s^2 / 3, not s^2",
        "init-fans-swapped": "fan_in and fan_out are swapped",
        "init-other-rule": "this is the variance of another rule",
        "init-uniform-for-normal": "these are uniform, not normally distributed",
        "init-not-orthogonal": "rows (or columns, where there are more rows) are not orthogonal",
        "lsuv-not-scaled": "the weights are not scaled on the data",
        "lsuv-first-layer-only": "only the first layer has unit variance",
        "lsuv-by-variance": "divided by the variance instead of its square root",
        "lsuv-without-activation": "the forward pass lacks the activation function",
        "own-randomness": "numbers don't come from rng: the same rng gives other weights",
        "fixed-randomness": "rng is not used: another rng gives the same weights",
        # the update
        "update-transposed": "dW is transposed",
        "ascent": "the sign: W - learning_rate * dW goes down",
        "no-learning-rate": "dW is not multiplied by the learning rate",
        "update-zero": "W comes back as it was",
        "momentum-not-kept": "momentum has no effect: the velocity is not kept in the state",
        "momentum-sign": "the sign of momentum: the velocity is momentum * v - learning_rate * dW",
        "momentum-on-gradient": "momentum times the previous gradient, not times the velocity",
        # counting
        "dead-ge": "a >= 0 holds for every output of a ReLU, so all units are counted",
        "dead-values": "these are the zeros in the array; a unit is dead when all of its row is 0",
        "dead-any": "these are units with a 0 somewhere; a dead one is 0 on every sample",
        "dead-axis": "these are samples, not units: the units are the rows, so axis=1",
        "dead-share": "this is a share; the number is asked for",
        "dead-alive": "these are the units that are alive",
        # training
        "train-not-learning": "the loss does not fall",
        "train-ascent": "the loss grows",
        "train-not-repeatable": "the same seed gives other weights",
    }
)
"""Id -> what it is called in a report."""
