"""The experiment: a frozen, validated description of a run, to and from TOML.

Every key stands once, in `Experiment`, with its explanation and what it accepts; reading, checking,
writing, `--set` and the reference page all go by that.
"""

import difflib
import typing
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, get_type_hints

from nnviz.engine.activations import ACTIVATIONS
from nnviz.engine.initializers import INITIALIZERS
from nnviz.engine.losses import LOSSES, pairing_problem
from nnviz.engine.optimizers import SCHEDULES
from nnviz.errors import InputError

HIDDEN_ACTIVATIONS = tuple(name for name, make in ACTIVATIONS.items() if make().elementwise)
PerLayer = float | tuple[float, ...]


def _key(default: Any, help: str, expected: str, choices: tuple[str, ...] = ()) -> Any:
    """Declare one key: its default, its explanation, and in words what it accepts."""
    metadata = {"help": help, "expected": expected, "choices": choices}
    return field(default=default, metadata=metadata)


def _choice(default: str, help: str, choices: typing.Iterable[str]) -> Any:
    names = tuple(choices)
    return _key(default, help, "one of " + ", ".join(names), names)


NUMBER_PER_LAYER = "a positive number, or a list with one per layer"


@dataclass(frozen=True)
class Experiment:
    """One training run in full. Raises InputError, naming the key, where a value is impossible.

    `learning_rate` is per sum over `reference_samples` samples, as in the course: the trainer
    applies learning_rate * reference_samples / N, so it means the same on every data set.
    """

    name: str = _key("custom", "what the run is called", "a text")
    description: str = _key("", "one line about it", "a text")

    data: str = _key("mnist-2k", "data set: a name from `nnviz data`, or a .npz file", "a text")
    labels: str = _choice(
        "true", "the data's labels, or labels drawn at random", ["true", "random"]
    )
    label_classes: int = _key(0, "random labels: how many classes are drawn (0: all)", "0 or more")

    hidden: tuple[int, ...] = _key((256, 128), "units of each hidden layer", "a list of sizes >= 1")
    activation: str | tuple[str, ...] = _key(
        "sigmoid",
        "hidden layers: one activation for all, or a list",
        "one of " + ", ".join(HIDDEN_ACTIVATIONS) + ", or a list with one per hidden layer",
        HIDDEN_ACTIVATIONS,
    )
    output: str = _choice("sigmoid", "activation of the output layer", ACTIVATIONS)
    k: float = _key(1.0, "slope of every sigmoid: 1 / (1 + exp(-k z))", "a positive number")
    slope: float = _key(0.01, "slope of leaky_relu left of zero", "a number between 0 and 1")
    loss: str = _choice("squared_error", "the loss", LOSSES)
    biases: bool = _key(False, "whether layers have biases", "true or false")

    initializer: str = _choice("uniform", "how weights are drawn", INITIALIZERS)
    init_divisor: PerLayer = _key(1.0, "drawn weights are divided by this", NUMBER_PER_LAYER)
    init_bias: float = _key(0.0, "what every bias starts with", "a number")
    rng: str = _choice(
        "generator",
        "random stream of the weights; legacy is numpy.random.seed's, as the course uses it",
        ["generator", "legacy"],
    )
    seed: int = _key(0, "seed of weights, batches and random labels", "0 or more")

    learning_rate: PerLayer = _key(
        1e-5, "per sum over `reference_samples`", "a number >= 0, or a list with one per layer"
    )
    reference_samples: int = _key(60_000, "the sum that `learning_rate` is meant for", "1 or more")
    momentum: float = _key(0.0, "classical momentum (0: plain descent)", "a number from 0 up to 1")
    schedule: str = _choice("constant", "how the rate changes with iteration i", SCHEDULES)
    decay: float = _key(0.0, "linear: rate * (1 - decay * i); negative grows", "a number")
    step_every: int = _key(100, "step: iterations between steps", "1 or more")
    step_factor: float = _key(0.5, "step: what the rate is multiplied by", "a positive number")

    batch_size: int = _key(0, "samples in a mini-batch (0: the full batch)", "0 or more")
    dtype: str = _choice("float32", "precision of all arrays", ["float32", "float64"])
    iterations: int = _key(200, "updates of a headless run", "0 or more")

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
        names = (hidden,) * len(self.hidden) if isinstance(hidden, str) else tuple(hidden)
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


def per_layer(value: PerLayer, layers: int) -> tuple[float, ...]:
    """One number per layer, from one for all or a list."""
    return (value,) * layers if isinstance(value, float | int) else tuple(value)


def nearest(name: str, names: typing.Iterable[str]) -> str:
    """`; did you mean ...?` for the closest of `names`, or an empty text."""
    close = difflib.get_close_matches(name, list(names), n=1, cutoff=0.5)
    return f"; did you mean {close[0]}?" if close else ""


def _refuse(key: str, value: Any) -> typing.NoReturn:
    metadata = _FIELDS[key].metadata
    shown = list(value) if isinstance(value, tuple) else value
    hint = nearest(shown, metadata["choices"]) if isinstance(shown, str) else ""
    raise InputError(f"{key} = {shown!r}: expected {metadata['expected']}{hint}")


def _check(experiment: Experiment) -> None:
    """Refuse values that have the right type but can't be."""
    finite = (float("-inf"), float("inf"))
    rates = per_layer(experiment.learning_rate, experiment.layers)
    divisors = per_layer(experiment.init_divisor, experiment.layers)
    names = experiment.activation_names
    rules = {
        "labels": experiment.labels in _FIELDS["labels"].metadata["choices"],
        "label_classes": experiment.label_classes >= 0,
        "hidden": all(size >= 1 for size in experiment.hidden),
        "output": experiment.output in ACTIVATIONS,
        "k": 0 < experiment.k < finite[1],
        "slope": 0 < experiment.slope < 1,
        "loss": experiment.loss in LOSSES,
        "initializer": experiment.initializer in INITIALIZERS,
        "init_divisor": len(divisors) == experiment.layers
        and all(0 < divisor < finite[1] for divisor in divisors),
        "init_bias": finite[0] < experiment.init_bias < finite[1],
        "rng": experiment.rng in _FIELDS["rng"].metadata["choices"],
        "seed": 0 <= experiment.seed < 2**32,
        "learning_rate": len(rates) == experiment.layers
        and all(0 <= rate < finite[1] for rate in rates),
        "reference_samples": experiment.reference_samples >= 1,
        "momentum": 0 <= experiment.momentum < 1,
        "schedule": experiment.schedule in SCHEDULES,
        "decay": finite[0] < experiment.decay < finite[1],
        "step_every": experiment.step_every >= 1,
        "step_factor": 0 < experiment.step_factor < finite[1],
        "batch_size": experiment.batch_size >= 0,
        "dtype": experiment.dtype in _FIELDS["dtype"].metadata["choices"],
        "iterations": experiment.iterations >= 0,
    }
    for key, holds in rules.items():
        if not holds:
            _refuse(key, getattr(experiment, key))
    if len(names) != experiment.layers or any(n not in HIDDEN_ACTIVATIONS for n in names[:-1]):
        _refuse("activation", experiment.activation)
    if problem := pairing_problem(LOSSES[experiment.loss], ACTIVATIONS[experiment.output]()):
        raise InputError(f"loss and output: {problem}")
    if experiment.init_bias and not experiment.biases:
        raise InputError(f"init_bias = {experiment.init_bias}: needs biases = true")


def _converted(key: str, value: Any) -> Any:
    """`value` in the type of `key`, or InputError with the key, what came and what was expected."""
    import msgspec

    if key not in _FIELDS:
        raise InputError(f"unknown key {key}{nearest(key, _FIELDS)}")
    try:
        return msgspec.convert(value, type=_HINTS[key])
    except msgspec.ValidationError:
        _refuse(key, value)


_FIELDS = {f.name: f for f in fields(Experiment)}
_HINTS = get_type_hints(Experiment)


def keys() -> dict[str, tuple[Any, str, str]]:
    """Every key of an experiment with its default, explanation and what it accepts."""
    return {
        name: (f.default, f.metadata["help"], f.metadata["expected"]) for name, f in _FIELDS.items()
    }


def parse_assignments(texts: typing.Iterable[str]) -> dict[str, Any]:
    """Read `key=value` texts, as given to `--set`: numbers, true/false, names, `a,b,c` for lists.

    Raises InputError where there is no `=`.
    """
    changes = {}
    for text in texts:
        key, equals, value = text.partition("=")
        if not equals or not key.strip():
            raise InputError(f"{text!r}: expected KEY=VALUE, for example learning_rate=2.5e-5")
        changes[key.strip()] = parse_value(value.strip())
    return changes


def parse_value(text: str) -> Any:
    """A number, true/false, a list from `a,b,c` (brackets optional), or else the text itself."""
    import tomllib

    for candidate in (text, f"[{text}]" if "," in text else text):
        try:
            return tomllib.loads(f"value = {candidate}")["value"]
        except tomllib.TOMLDecodeError:
            continue
    return [parse_value(part.strip()) for part in text.split(",")] if "," in text else text


def from_toml(text: str, source: str = "the experiment") -> Experiment:
    """Read an experiment; errors begin with `source` and name the key or the line."""
    import tomllib

    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{source}: not valid TOML: {error}") from error
    try:
        return Experiment().with_changes({"name": Path(source).stem, **table})
    except InputError as error:
        raise InputError(f"{source}: {error}") from error


def to_toml(experiment: Experiment, *, full: bool = False) -> str:
    """Write an experiment with comments: the keys that differ from the defaults, or all."""
    import tomli_w

    lines = []
    for name, f in _FIELDS.items():
        value = getattr(experiment, name)
        if full or value != f.default or name in ("name", "data", "learning_rate"):
            plain = list(value) if isinstance(value, tuple) else value
            text = tomli_w.dumps({name: plain}, multiline_strings=False).strip()
            lines.append(" ".join(part.strip() for part in text.splitlines()))
            if name != "description":
                lines[-1] = f"{lines[-1]:<32}# {f.metadata['help']}"
    return "\n".join(lines) + "\n"


def read_experiment(path: Path) -> Experiment:
    """Read an experiment file; InputError where it can't be read, decoded or understood."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: can't be read: {error}") from error
    return from_toml(text, str(path))
