"""Ways in which students write the functions of assignment 1, right ones and wrong ones.

For each function: a few right bodies, and wrong ones by the slip that they show. `{z}` and the
like are names, which each student chooses.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Function:
    """One function of improvements.py: its line of arguments, right bodies, wrong bodies."""

    head: str
    right: tuple[str, ...]
    wrong: Mapping[str, str]


_S = "1 / (1 + np.exp(-{k} * {z}))"
_STABLE = "0.5 * (1 + np.tanh(0.5 * {k} * {z}))"

FUNCTIONS: Mapping[str, Function] = {
    "sigmoid": Function(
        "{z}, {k}=1",
        (f"return {_STABLE}", "{s} = {k} * {z}\nreturn 0.5 * (1 + np.tanh({s} / 2))"),
        {
            "overflow": f"return {_S}",
            "k-ignored": "return 0.5 * (1 + np.tanh(0.5 * {z}))",
        },
    ),
    "sigmoid_derivative": Function(
        "{z}, {k}=1",
        (
            "{s} = sigmoid({z}, {k})\nreturn {k} * {s} * (1 - {s})",
            "return {k} * sigmoid({z}, {k}) * (1 - sigmoid({z}, {k}))",
        ),
        {
            "forgotten-k": "{s} = sigmoid({z}, {k})\nreturn {s} * (1 - {s})",
            "derivative-formula-of-a-on-z": "return {k} * {z} * (1 - {z})",
        },
    ),
    "tanh": Function(
        "{z}",
        ("return np.tanh({z})",),
        {"overflow": ("{s} = np.exp({z})\nreturn ({s} - 1 / {s}) / ({s} + 1 / {s})")},
    ),
    "tanh_derivative": Function(
        "{z}",
        ("return 1 - np.tanh({z}) ** 2", "{s} = tanh({z})\nreturn 1 - {s} * {s}"),
        {
            "tanh-not-squared": "return 1 - np.tanh({z})",
            "derivative-formula-of-a-on-z": "return 1 - {z} ** 2",
        },
    ),
    "relu": Function(
        "{z}",
        ("return np.maximum({z}, 0)", "return np.where({z} > 0, {z}, 0)", "return {z} * ({z} > 0)"),
        {"in-place": "{z}[{z} < 0] = 0\nreturn {z}"},
    ),
    "relu_derivative": Function(
        "{z}",
        ("return ({z} > 0).astype(float)", "return np.where({z} > 0, 1.0, 0.0)"),
        {"value-for-derivative": "return np.maximum({z}, 0)"},
    ),
    "leaky_relu": Function(
        "{z}, {m}=0.01",
        ("return np.where({z} > 0, {z}, {m} * {z})", "return np.maximum({z}, {m} * {z})"),
        {"leak-ignored": "return np.where({z} > 0, {z}, 0.01 * {z})"},
    ),
    "leaky_relu_derivative": Function(
        "{z}, {m}=0.01",
        ("return np.where({z} > 0, 1.0, {m})",),
        {"leak-is-zero": "return np.where({z} > 0, 1.0, 0.0)"},
    ),
    "softmax": Function(
        "{z}",
        (
            "{s} = np.exp({z} - {z}.max(axis=0, keepdims=True))\n"
            "return {s} / {s}.sum(axis=0, keepdims=True)",
            "{s} = {z} - np.max({z}, axis=0)\nreturn np.exp({s}) / np.sum(np.exp({s}), axis=0)",
        ),
        {
            "wrong-axis": "{s} = np.exp({z} - {z}.max())\n"
            "return {s} / {s}.sum(axis=1, keepdims=True)",
            "overflow": "return np.exp({z}) / np.exp({z}).sum(axis=0)",
        },
    ),
    "cross_entropy": Function(
        "{a}, {t}",
        (
            "return -np.mean(np.sum({t} * np.log({a} + 1e-12), axis=0))",
            "{s} = np.clip({a}, 1e-12, 1)\nreturn -np.sum({t} * np.log({s})) / {a}.shape[1]",
        ),
        {
            "no-epsilon": "return -np.mean(np.sum({t} * np.log({a}), axis=0))",
            "sign": "return np.mean(np.sum({t} * np.log({a} + 1e-12), axis=0))",
        },
    ),
    "cross_entropy_delta": Function(
        "{a}, {t}",
        ("return {a} - {t}",),
        {"sign": "return {t} - {a}", "extra-factor": "return ({a} - {t}) * {a} * (1 - {a})"},
    ),
    "init_normal": Function(
        "{o}, {i}, rng",
        ("return rng.normal(0, 0.1, ({o}, {i}))",),
        {"transposed": "return rng.normal(0, 0.1, ({i}, {o}))"},
    ),
    "init_glorot": Function(
        "{o}, {i}, rng",
        ("{s} = np.sqrt(6 / ({i} + {o}))\nreturn rng.uniform(-{s}, {s}, ({o}, {i}))",),
        {"no-root": "{s} = 6 / ({i} + {o})\nreturn rng.uniform(-{s}, {s}, ({o}, {i}))"},
    ),
    "init_he": Function(
        "{o}, {i}, rng",
        (
            "return rng.normal(0, np.sqrt(2 / {i}), ({o}, {i}))",
            "return rng.standard_normal(({o}, {i})) * np.sqrt(2.0 / {i})",
        ),
        {"fan-out": "return rng.normal(0, np.sqrt(2 / {o}), ({o}, {i}))"},
    ),
    "init_orthogonal": Function(
        "{o}, {i}, rng",
        (
            "{s}, _, {m} = np.linalg.svd(rng.standard_normal(({o}, {i})), full_matrices=False)\n"
            "return {s} @ {m}",
        ),
        {
            "not-orthogonal": "{s} = rng.standard_normal(({o}, {i}))\n"
            "return {s} / np.linalg.norm({s})"
        },
    ),
    "init_lsuv": Function(
        "sizes, {x}, rng",
        (
            "{s} = []\n"
            "for {i}, {o} in zip(sizes[:-1], sizes[1:]):\n"
            "    {w} = init_orthogonal({o}, {i}, rng)\n"
            "    {w} = {w} / ({w} @ {x}).std()\n"
            "    {x} = {w} @ {x}\n"
            "    {s}.append({w})\n"
            "return {s}",
        ),
        {
            "not-scaled": "return [init_orthogonal({o}, {i}, rng) "
            "for {i}, {o} in zip(sizes[:-1], sizes[1:])]"
        },
    ),
    "update": Function(
        "{w}, {g}, state, learning_rate, momentum=0",
        (
            "{s} = np.zeros_like({w}) if state is None else state\n"
            "{s} = momentum * {s} - learning_rate * {g}\n"
            "return {w} + {s}, {s}",
        ),
        {
            "momentum-sign": "{s} = np.zeros_like({w}) if state is None else state\n"
            "{s} = -momentum * {s} - learning_rate * {g}\nreturn {w} + {s}, {s}",
            "in-place": "{s} = 0 * {w} if state is None else state\n"
            "{s} = momentum * {s} - learning_rate * {g}\n{w} += {s}\nreturn {w}, {s}",
            "ascends": "return {w} + learning_rate * {g}, None",
        },
    ),
    "count_dead": Function(
        "{a}",
        (
            "return int(np.sum(np.all({a} == 0, axis=1)))",
            "return int(({a}.max(axis=1) == 0).sum())",
        ),
        {
            "wrong-axis": "return int(np.sum(np.all({a} == 0, axis=0)))",
            "counts-zeros": "return int(np.sum({a} == 0))",
        },
    ),
    "train": Function(
        "{x}, T, iterations, seed",
        (
            "rng = np.random.default_rng(seed)\n"
            "{w} = init_glorot(T.shape[0], {x}.shape[0], rng)\n"
            "{s} = []\n"
            "for _ in range(iterations):\n"
            "    {a} = softmax({w} @ {x})\n"
            "    {s}.append(float(cross_entropy({a}, T)))\n"
            "    {g} = cross_entropy_delta({a}, T) @ {x}.T\n"
            "    {w}, _ = update({w}, {g}, None, 0.5 / {x}.shape[1])\n"
            "return [{w}], {s}",
        ),
        {
            "loss-forgotten": "rng = np.random.default_rng(seed)\n"
            "return [init_he(T.shape[0], {x}.shape[0], rng)], []"
        },
    ),
}

NAMES: Mapping[str, tuple[str, ...]] = {
    "z": ("z", "x", "inp", "pre", "v"),
    "k": ("k",),
    "m": ("slope",),
    "s": ("s", "out", "res", "tmp", "e", "h"),
    "a": ("a", "probs", "y", "A"),
    "t": ("t", "target", "labels", "onehot"),
    "o": ("fan_out", "n_out", "rows"),
    "i": ("fan_in", "n_in", "cols"),
    "x": ("X",),
    "w": ("W", "weights", "M"),
    "g": ("dW", "grad", "G"),
}


def improvements(chance: random.Random, ability: float) -> tuple[str, dict[str, str]]:
    """A student's improvements.py, and the slips in it: function -> slip.

    `ability` from 0 to 1 is how likely each function is right; some are left out.
    """
    names = {letter: chance.choice(choices) for letter, choices in NAMES.items()}
    names["m"] = chance.choice(("slope", "slope", "leak")) if ability < 0.5 else "slope"
    parts, slips = ['"""My improvements."""', "import numpy as np"], {}
    for name, function in FUNCTIONS.items():
        if chance.random() < 0.15 * (1 - ability):
            continue
        if chance.random() < ability:
            body = chance.choice(function.right)
        else:
            slips[name] = chance.choice(sorted(function.wrong))
            body = function.wrong[slips[name]]
        lines = body.format(**names).split("\n")
        comment = chance.choice(("", "", "", f"# {name}", "# see the lecture", "# works!"))
        code = (
            [f"def {name}({function.head.format(**names)}):", f"    {comment}"]
            if comment
            else [f"def {name}({function.head.format(**names)}):"]
        )
        parts.append("\n".join([*code, *(f"    {line}" for line in lines)]))
    return "\n\n\n".join(parts) + "\n", slips


def renamed(code: str, chance: random.Random) -> str:
    """The same program under other names and with other comments, as copies are disguised."""
    import re

    for old in ("tmp", "out", "res", "probs", "target", "weights", "grad"):
        code = re.sub(rf"\b{old}\b", f"{old}_{chance.randrange(9)}", code)
    return code.replace("# works!", "# my own").replace("My improvements", "Homework")
