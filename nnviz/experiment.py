"""The experiment: a frozen, validated description of a run, to and from TOML.

Every key stands once, in `Experiment`, with its explanation and what it accepts; reading, checking,
writing, `--set` and the reference page all go by that.
"""

import re
import typing
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, get_type_hints

from nnviz.datasets import check_name
from nnviz.engine.activations import ACTIVATIONS
from nnviz.engine.initializers import INITIALIZERS
from nnviz.engine.losses import LOSSES, pairing_problem
from nnviz.engine.optimizers import SCHEDULES
from nnviz.errors import InputError, nearest

HIDDEN_ACTIVATIONS = tuple(name for name, make in ACTIVATIONS.items() if make().elementwise)
LARGEST_COUNT = 1_000_000_000
LARGEST_NUMBER = 1e20
"""No number in an experiment is larger, so that none overflows float32 before training starts."""

PerLayer = float | tuple[float, ...]


@dataclass(frozen=True)
class _Accepts:
    """What a key accepts: in words, and as a test of one value (or of each value of a list).

    `one_per` says of what a list must have one value each: "layer", "hidden layer", or "" where
    its length is free.
    """

    expected: str
    holds: Callable[[Any], bool]
    choices: tuple[str, ...] = ()
    one_per: str = ""


def _key(default: Any, help: str, accepts: _Accepts) -> Any:
    return field(default=default, metadata={"help": help, "accepts": accepts})


def _text(default: str, help: str) -> Any:
    return _key(default, help, _Accepts("a text", lambda value: True))


def _flag(default: bool, help: str) -> Any:
    return _key(default, help, _Accepts("true or false", lambda value: True))


def _choice(default: str, help: str, choices: Iterable[str], one_per: str = "") -> Any:
    names = tuple(choices)
    expected = (
        "one of " + ", ".join(names) + (f"; or a list with one per {one_per}" * bool(one_per))
    )
    return _key(default, help, _Accepts(expected, names.__contains__, names, one_per))


def _count(default: Any, help: str, least: int, expected: str = "") -> Any:
    return _key(
        default,
        help,
        _Accepts(
            expected or f"a whole number from {least} to {LARGEST_COUNT:,}",
            lambda value: least <= value <= LARGEST_COUNT,
        ),
    )


def _number(
    default: PerLayer, help: str, expected: str, holds: Callable[[float], bool], one_per: str = ""
) -> Any:
    words = expected + f", or a list with one per {one_per}" * bool(one_per)
    return _key(
        default,
        help,
        _Accepts(words, lambda x: abs(x) <= LARGEST_NUMBER and holds(x), one_per=one_per),
    )


def _positive(value: float) -> bool:
    return value >= 1 / LARGEST_NUMBER


@dataclass(frozen=True)
class Experiment:
    """One training run in full. Raises InputError, naming the key, where a value is impossible.

    `learning_rate` is per sum over `reference_samples` samples, as in the course: the trainer
    applies learning_rate * reference_samples / N, so it means the same on every data set.
    """

    name: str = _text("custom", "what the run is called")
    description: str = _text("", "one line about it")

    data: str = _text("mnist-2k", "data set: a name from `nnviz data`, or a .npz file")
    labels: str = _choice(
        "true", "the data's labels, or labels drawn at random", ("true", "random")
    )
    label_classes: int = _count(0, "random labels: how many classes are drawn (0: all)", least=0)

    hidden: tuple[int, ...] = _count(
        (256, 128), "units of each hidden layer", 1, "a list of sizes from 1, such as [256, 128]"
    )
    activation: str | tuple[str, ...] = _choice(
        "sigmoid", "of the hidden layers", HIDDEN_ACTIVATIONS, one_per="hidden layer"
    )
    output: str = _choice("sigmoid", "activation of the output layer", ACTIVATIONS)
    k: float = _number(
        1.0,
        "slope of every sigmoid: 1 / (1 + exp(-k z))",
        "a positive number of at most 1e20",
        _positive,
    )
    slope: float = _number(
        0.01, "of leaky_relu left of zero", "a number between 0 and 1", lambda x: 0 < x < 1
    )
    loss: str = _choice("squared_error", "the loss", LOSSES)
    biases: bool = _flag(False, "whether layers have biases")

    initializer: str = _choice("uniform", "how weights are drawn", INITIALIZERS)
    init_divisor: PerLayer = _number(
        1.0,
        "drawn weights are divided by this",
        "a positive number of at most 1e20",
        _positive,
        one_per="layer",
    )
    init_bias: float = _number(
        0.0, "what every bias starts with", "a number of at most 1e20", lambda x: True
    )
    rng: str = _choice(
        "generator",
        "random stream of the weights; legacy is numpy.random.seed's, as the course uses it",
        ("generator", "legacy"),
    )
    seed: int = _count(0, "of weights, batches and random labels", least=0)

    learning_rate: PerLayer = _number(
        1e-5,
        "per sum over `reference_samples`",
        "a number from 0 to 1e20",
        lambda x: x >= 0,
        one_per="layer",
    )
    reference_samples: int = _count(60_000, "the sum that `learning_rate` is meant for", least=1)
    momentum: float = _number(
        0.0,
        "classical momentum (0: plain descent)",
        "a number from 0, less than 1",
        lambda x: 0 <= x < 1,
    )
    schedule: str = _choice("constant", "how the rate changes with iteration i", SCHEDULES)
    decay: float = _number(
        0.0,
        "linear: rate * (1 - decay * i); negative grows",
        "a number of at most 1e20",
        lambda x: True,
    )
    step_every: int = _count(100, "step: iterations between steps", least=1)
    step_factor: float = _number(
        0.5, "step: what the rate is multiplied by", "a positive number of at most 1e20", _positive
    )

    batch_size: int = _count(0, "samples in a mini-batch (0: the full batch)", least=0)
    dtype: str = _choice("float32", "precision of all arrays", ("float32", "float64"))
    iterations: int = _count(200, "updates of a headless run", least=0)
    fault: str = _text("", "a fault planted on purpose, from `nnviz.faults` (none: a sound run)")

    def __post_init__(self) -> None:
        _check(self)

    @property
    def layers(self) -> int:
        """How many layers have weights."""
        return len(self.hidden) + 1

    @property
    def activation_names(self) -> tuple[str, ...]:
        """One activation name per layer, the output's last."""
        hidden = self.activation
        names = (hidden,) * len(self.hidden) if isinstance(hidden, str) else hidden
        return (*names, self.output)

    @property
    def mean_learning_rates(self) -> tuple[float, ...]:
        """The equivalent rates for gradients that are means over the samples, one per layer."""
        return tuple(
            rate * self.reference_samples for rate in per_layer(self.learning_rate, self.layers)
        )

    def with_changes(self, changes: Mapping[str, Any]) -> "Experiment":
        """Return a copy with other values; unknown keys and wrong values raise InputError."""
        return replace(self, **{key: _converted(key, value) for key, value in changes.items()})

    def changes_from(self, other: "Experiment") -> dict[str, tuple[Any, Any]]:
        """The keys in which the two differ, each with (other's value, own value)."""
        names = [f.name for f in fields(self) if f.name not in ("name", "description")]
        pairs = {name: (getattr(other, name), getattr(self, name)) for name in names}
        return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}

    def idle_keys(self) -> dict[str, str]:
        """The keys that were set but change nothing, each with what it would take."""
        used = {*self.activation_names}
        needs = {
            "label_classes": ("labels = random", self.labels == "random"),
            "k": ("a sigmoid layer", "sigmoid" in used),
            "slope": ("a leaky_relu layer", "leaky_relu" in used),
            "init_bias": ("biases = true", self.biases),
            "decay": ("schedule = linear", self.schedule == "linear"),
            "step_every": ("schedule = step", self.schedule == "step"),
            "step_factor": ("schedule = step", self.schedule == "step"),
        }
        return {
            key: need
            for key, (need, met) in needs.items()
            if not met and getattr(self, key) != _FIELDS[key].default
        }


def per_layer(value: PerLayer, layers: int) -> tuple[float, ...]:
    """One number per layer, from one for all or a list."""
    return (value,) * layers if isinstance(value, float | int) else tuple(value)


def _refuse(key: str, value: Any, reason: str = "") -> typing.NoReturn:
    accepts: _Accepts = _FIELDS[key].metadata["accepts"]
    shown = list(value) if isinstance(value, tuple) else value
    names = shown if isinstance(shown, list) else [shown]
    unknown = [name for name in names if isinstance(name, str) and name not in accepts.choices]
    hint = nearest(unknown[0], accepts.choices) if unknown else ""
    raise InputError(f"{key} = {shown!r}: expected {accepts.expected}{reason}{hint}")


def _check(experiment: Experiment) -> None:
    """Refuse values that have the right type but can't be."""
    counts = {"layer": experiment.layers, "hidden layer": len(experiment.hidden)}
    for key, f in _FIELDS.items():
        accepts: _Accepts = f.metadata["accepts"]
        value = getattr(experiment, key)
        if not all(map(accepts.holds, value if isinstance(value, tuple) else (value,))):
            _refuse(key, value)
        wanted = counts.get(accepts.one_per)
        if wanted is not None and isinstance(value, tuple) and len(value) != wanted:
            _refuse(key, value, f"; there are {wanted} {accepts.one_per}s")
    if problem := pairing_problem(LOSSES[experiment.loss], ACTIVATIONS[experiment.output]()):
        raise InputError(f"loss and output: {problem}")
    if experiment.fault:
        from nnviz.faults import find_fault  # whose healthy runs are experiments themselves

        find_fault(experiment.fault)


def _converted(key: str, value: Any) -> Any:
    """`value` in the type of `key`, or InputError with the key, what came and what was expected."""
    import msgspec

    if key not in _FIELDS:
        hint = nearest(key, _FIELDS) or f"; expected one of {', '.join(_FIELDS)}"
        raise InputError(f"unknown key {key}{hint}")
    try:
        return msgspec.convert(value, type=_HINTS[key])
    except msgspec.ValidationError:
        _refuse(key, value)


_FIELDS = {f.name: f for f in fields(Experiment)}
_HINTS = get_type_hints(Experiment)


def keys() -> dict[str, tuple[Any, str, str]]:
    """Every key of an experiment with its default, explanation and what it accepts."""
    return {
        name: (f.default, f.metadata["help"], f.metadata["accepts"].expected)
        for name, f in _FIELDS.items()
    }


def parse_assignments(texts: Iterable[str]) -> dict[str, Any]:
    """Read `key=value` texts, as given to `--set`: numbers, true/false, names, `a,b,c` for lists.

    Raises InputError where there is no `=`, or where a key comes twice.
    """
    changes: dict[str, Any] = {}
    for text in texts:
        key, equals, value = (part.strip() for part in text.partition("="))
        if not equals or not key:
            raise InputError(f"{text!r}: expected KEY=VALUE, for example learning_rate=2.5e-5")
        if key in changes:
            raise InputError(f"{text!r}: {key} is set twice")
        parsed = parse_value(value)
        # a run may be called 2024, and a file 1,2.npz: where a text is wanted it stays as typed
        keep = _HINTS.get(key) is str and not isinstance(parsed, str)
        changes[key] = value if keep else parsed
    return changes


def parse_value(text: str) -> Any:
    """A number, true/false, a list from `a,b,c` (brackets optional), or else the text itself."""
    import tomllib

    if re.fullmatch(r"[+-]?(\d+\.|\.\d+)(e[+-]?\d+)?", text, re.IGNORECASE | re.ASCII):
        return float(text)  # 1. and .9, which TOML doesn't know
    for candidate in (text, f"[{text}]" if "," in text else text):
        try:
            return tomllib.loads(f"value = {candidate}")["value"]
        except (ValueError, RecursionError):
            continue
    return [parse_value(part.strip()) for part in text.split(",")] if "," in text else text


def from_toml(text: str, source: str = "the experiment") -> Experiment:
    """Read an experiment; errors begin with `source` and name the key or the line."""
    import tomllib

    try:
        table = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # also an integer of 5,000 digits, deep nesting
        raise InputError(f"{source}: not valid TOML: {error}") from error
    try:
        return Experiment().with_changes({"name": Path(source).stem, **table})
    except InputError as error:
        raise InputError(f"{source}: {error}") from error


def to_toml(experiment: Experiment, *, full: bool = False) -> str:
    """Write an experiment with comments: the keys that differ from the defaults, or all."""
    import tomli_w

    rows = []
    for name, f in _FIELDS.items():
        value = getattr(experiment, name)
        if full or value != f.default or name in ("name", "data", "learning_rate"):
            plain = list(value) if isinstance(value, tuple) else value
            # tomli_w writes one line per list item; within a text it never writes a line break
            parts = tomli_w.dumps({name: plain}, multiline_strings=False).strip().split("\n")
            line = " ".join(part.strip() for part in parts)
            if isinstance(plain, list):
                line = line.replace("[ ", "[").replace(", ]", "]")
            rows.append((line, _comment(experiment, name)))
    width = max(len(line) for line, comment in rows if comment)
    return "".join(
        f"{line:<{width}}  # {comment}\n" if comment else f"{line}\n" for line, comment in rows
    )


def _comment(experiment: Experiment, key: str) -> str:
    if key in ("name", "description"):
        return ""
    if key == "learning_rate":
        return f"per sum over {experiment.reference_samples:,} samples: {mean_rate(experiment)}"
    return str(_FIELDS[key].metadata["help"])


def mean_rate(experiment: Experiment) -> str:
    """The learning rate for people who average gradients, such as `0.6 if gradients are means`."""
    rates = experiment.mean_learning_rates
    shown = rates[:1] if len({*rates}) == 1 else rates
    return ", ".join(f"{rate:.4g}" for rate in shown) + " if gradients are means"


def read_experiment(path: Path) -> Experiment:
    """Read an experiment file; InputError where it can't be read, decoded or understood."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: can't be read: {error}") from error
    experiment = from_toml(text, str(path))
    try:
        check_name(experiment.data)
    except InputError as error:
        raise InputError(f"{path}: data: {error}") from error
    return experiment
