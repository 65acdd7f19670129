"""Writes a class of submissions, right and wrong in the ways that students are.

    python -m benchmarks.synthetic_class N DIR [--seed S]

Every student has an ability, which decides how often a table has a slip, a function is wrong, a
claim is invented and a text is missing. The same seed writes the same answers. Most hand in a
folder, others a .zip or .tar.gz; now and then one is broken, and some copied another's code.
"""

from __future__ import annotations

import argparse
import io
import random
import shutil
import struct
import sys
import tarfile
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from benchmarks.simulated_student import CantGoOnError, Plan, fill, possible_slips
from benchmarks.student_code import improvements, renamed
from nnviz.circuit import Circuit, load_circuit

CIRCUIT = Path(__file__).parents[1] / "assignments" / "assignment1" / "circuit.toml"
SEED = 20_240_601
COPIED = 0.02
BROKEN = 0.01

COMMON_SLIPS = ("upstream-forgotten", "own-operand", "sign", "exponent-forgotten")
"""Three of four slips in tables are one of these."""

DERIVATIVES = {
    "square": (("2x", "2*x", "2·x", "x+x"), ("x", "2", "x^2/2", "")),
    "exponential": (
        ("ln(a) a^x", r"\ln(a)a^x", "a**x*log(a)"),
        ("x a^(x-1)", "a^x", "log10(a) a^x", ""),
    ),
}

SENTENCES = (
    "With a larger learning rate the loss falls faster until it starts to oscillate.",
    "The sigmoid saturates, so the gradients of the first layer are almost zero.",
    "I chose the rate by looking at the mean update of each layer.",
    "ReLU units die when their weights are pushed so far that they never switch on again.",
    "Scaling the weights keeps the variance of the activations near one in every layer.",
    "The pictures of W1 show strokes and blobs where the digits differ.",
    "tanh is centred at zero, which makes the next layer's job easier.",
    "Deeper layers change less than the first one after a hundred iterations.",
    "Cross-entropy does not have the flat parts of the squared error.",
    "I am not sure why, but it worked better after I divided by five.",
    "The random labels are only memorised by a much larger net.",
    "<b>It is clear</b> that accuracy > 90 % & loss < 0.4 is enough.",
)

EXPERIMENTS = {
    "start": ("learning_rate = 1e-5", 20),
    "faster": ("learning_rate = 5e-5", 20),
    "slope": ("k = 0.5\nlearning_rate = 5e-5", 20),
    "scaled": ("init_divisor = 5.0\nlearning_rate = 5e-5", 20),
    "tanh": ('activation = "tanh"\ninit_divisor = 5.0\nlearning_rate = 1e-6', 20),
    "softmax": ('output = "softmax"\nloss = "cross_entropy"\nlearning_rate = 1e-5', 20),
    "relu": (
        'activation = "relu"\noutput = "softmax"\nloss = "cross_entropy"\n'
        "init_divisor = 5.0\nlearning_rate = 1e-6",
        20,
    ),
}
CLAIMS = {
    "2.1": "faster",
    "2.2": "slope",
    "2.3": "scaled",
    "3.1": "scaled",
    "3.2": "tanh",
    "3.3": "softmax",
    "3.4": "relu",
    "5": "relu",
    "extra": "start",
}
PARTS = ("2.1", "2.2", "2.3", "3.1", "3.2", "3.3", "3.4", "4", "5", "extra")


@dataclass(frozen=True)
class Student:
    """What one student hands in: path -> content, and what was planted."""

    id: str
    files: dict[str, bytes]
    planted: tuple[str, ...]


def write_class(count: int, folder: Path, seed: int = SEED) -> list[Student]:
    """Write `count` submissions into `folder`, which must not exist; tell what is in them."""
    folder.mkdir(parents=True)
    circuit = load_circuit(CIRCUIT)
    students: list[Student] = []
    for number in range(count):
        chance = random.Random(f"{seed} {number}")
        copied = students[-1] if students and chance.random() < COPIED else None
        students.append(_student(f"s{number:05}", circuit, chance, copied))
        _hand_in(students[-1], folder, chance)
    return students


def _student(id: str, circuit: Circuit, chance: random.Random, copied: Student | None) -> Student:
    ability = chance.betavariate(5, 1.5)
    table, planted = _table(circuit, chance, ability)
    code, slips = improvements(chance, ability)
    planted += tuple(f"{name}: {slip}" for name, slip in slips.items())
    if copied:
        code = renamed(copied.files["improvements.py"].decode(), chance)
        planted = (*planted, f"copied from {copied.id}")
    lines = ['assignment = "assignment1"', f'student = "{id}"', "[problem1]"]
    lines += [f'{cell} = "{number}"' for cell, number in table.items()]
    lines += ["[derivatives]"]
    for name, (right, wrong) in DERIVATIVES.items():
        typed = chance.choice(right if chance.random() < ability else wrong)
        lines.append(f"{name} = '{typed}'")
    lines += _claims(chance, ability)
    lines += ["[texts]"]
    for part in PARTS:
        if chance.random() < 0.4 + 0.6 * ability:
            sentences = chance.choices(SENTENCES, k=chance.randint(1, 5))
            lines.append(f'"{part}" = """\n{" ".join(sentences)}\n"""')
    files = {"answers.toml": "\n".join(lines).encode() + b"\n", "improvements.py": code.encode()}
    for name, (keys, _) in EXPERIMENTS.items():
        files[f"experiments/{name}.toml"] = _experiment(keys).encode()
    if chance.random() < 0.5:
        files["figures/loss.png"] = _curve(chance)
    return Student(id, files, planted)


def _table(
    circuit: Circuit, chance: random.Random, ability: float
) -> tuple[dict[str, str], tuple[str, ...]]:
    """The student's table of problem 1: right, or with one to three slips carried on."""
    slips = sum(chance.random() > ability for _ in range(3))
    possible = list(possible_slips(circuit))
    common = [plan for plan in possible if plan.word in COMMON_SLIPS]
    for _ in range(20):
        pool = [common if chance.random() < 0.75 else possible for _ in range(slips)]
        plans: dict[str, Plan] = {}
        for plan in map(chance.choice, pool):
            plans[plan.cell] = plan
        try:
            table = dict(fill(circuit, tuple(plans.values()), chance).written)
        except CantGoOnError:
            continue
        for cell in list(table):
            if chance.random() < 0.05 * (1 - ability):
                table[cell] = ""
        return table, tuple(f"{cell}: {plan.word}" for cell, plan in plans.items())
    return dict(fill(circuit, (), chance).written), ()


def _claims(chance: random.Random, ability: float) -> list[str]:
    lines = []
    for problem, name in CLAIMS.items():
        if chance.random() > 0.5 + 0.5 * ability:
            continue
        accuracy = true_accuracy(name)
        if chance.random() > 0.6 + 0.4 * ability:
            accuracy = min(99.9, accuracy + chance.uniform(5, 30))
        lines += ["[[claims]]", f'problem = "{problem}"', f'experiment = "experiments/{name}.toml"']
        lines += [f"iteration = {EXPERIMENTS[name][1]}", f"train_accuracy = {accuracy:.1f}"]
    return lines


@cache
def true_accuracy(name: str) -> float:
    """What the experiment of that name reaches, in percent: run once in a process."""
    from grader.claims import TrustedRuns
    from nnviz.experiment import from_toml

    keys, iteration = EXPERIMENTS[name]
    return TrustedRuns(1e9).reach(from_toml(_experiment(keys), name), iteration).train_accuracy


def _experiment(keys: str) -> str:
    return f'data = "digits"\nhidden = [16, 12]\nseed = 1\niterations = 20\n{keys}\n'


def _curve(chance: random.Random) -> bytes:
    """A small picture of a falling curve, as PNG."""
    width, height, rate = 160, 100, chance.uniform(0.01, 0.08)
    rows = [bytearray(b"\xff" * width) for _ in range(height)]
    for x in range(width):
        y = int((height - 12) * (1 - 2.718 ** (-rate * x))) + chance.randint(0, 5)
        for thick in range(3):
            rows[min(height - 1, y + thick)][x] = 40
    data = zlib.compress(b"".join(b"\0" + bytes(row) for row in rows), 9)
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", data), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(d)) + k + d + struct.pack(">I", zlib.crc32(k + d)) for k, d in chunks
    )


def _hand_in(student: Student, folder: Path, chance: random.Random) -> None:
    form = chance.random()
    place = folder / student.id
    if form < BROKEN:
        place.with_suffix(".zip").write_bytes(b"PK\x03\x04 and then the battery was empty")
    elif form < 0.15:
        with zipfile.ZipFile(place.with_suffix(".zip"), "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in student.files.items():
                archive.writestr(f"{student.id}/{name}", content)
    elif form < 0.2:
        with tarfile.open(folder / f"{student.id}.tar.gz", "w:gz", compresslevel=1) as archive:
            for name, content in student.files.items():
                about = tarfile.TarInfo(f"{student.id}/{name}")
                about.size = len(content)
                archive.addfile(about, io.BytesIO(content))
    else:
        for name, content in student.files.items():
            path = place / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the class, in place of an older one only with --replace."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.synthetic_class")
    parser.add_argument("count", metavar="N", type=int)
    parser.add_argument("folder", metavar="DIR", type=Path)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--replace", action="store_true", help="delete what is in DIR first")
    options = parser.parse_args(arguments)
    if options.folder.exists():
        if not options.replace:
            parser.error(f"{options.folder} exists already; --replace deletes it")
        shutil.rmtree(options.folder)
    students = write_class(options.count, options.folder, options.seed)
    slips = sum(len(student.planted) for student in students)
    print(f"{len(students)} submissions in {options.folder}, {slips} slips planted")
    return 0


if __name__ == "__main__":
    sys.exit(main())
