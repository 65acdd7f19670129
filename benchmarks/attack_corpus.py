"""Runs the attacks of `tests/attacks` in a sandbox, on a stage with everything worth having.

The attacker is told where it all is: a secret file, a folder that anybody may write to, a listening
port and socket, the grader's process. An attack is held where it gains nothing, takes nothing, and
the next student gets the same values as ever.
"""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import socket
import tempfile
import time
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from grader.sandbox import Call, Limits, Outcome, Sandbox
from grader.sandbox.inside.codec import pack
from grader.submission import Submission, read_submission
from nnviz.errors import InputError

FOLDER = Path(__file__).parents[1] / "tests" / "attacks"
TOKEN = "canary-7f3a1c"
"""What the secret file and the grader's environment hold, and no output may."""

SHEET = {"problem1": ("a21",), "texts": ("4",)}
QUICK = Limits(wall_seconds=15, cpu_seconds=1)
PATIENT = Limits(wall_seconds=120, cpu_seconds=60)
HONEST = """
import numpy as np

def sigmoid(z, k=1):
    return 1 / (1 + np.exp(-k * z))

def tanh(z):
    return np.tanh(z)

def relu(z):
    return np.maximum(z, 0)
"""


@dataclass(frozen=True)
class Attack:
    """One folder of the corpus."""

    name: str
    folder: Path
    expected: Mapping[str, Any]

    @property
    def title(self) -> str:
        """What it tries: the first line of its code."""
        script = self.folder / "make.py"
        script = script if script.is_file() else self.folder / "submission" / "improvements.py"
        return script.read_text(encoding="utf-8").split('"""')[1].strip()


@dataclass(frozen=True)
class Stage:
    """What an attacker may go for, as the attack is told it."""

    root: Path
    target: Mapping[str, Any]
    listeners: tuple[socket.socket, ...]

    def reached(self) -> list[str]:
        """What was got at by now."""
        found = [f"wrote {path.name}" for path in sorted((self.root / "writable").iterdir())]
        secret = self.root / "private" / "secret"
        if not secret.is_file() or secret.read_text() != TOKEN:
            found.append("changed the secret")
        elif secret.stat().st_mode & 0o777 != 0o644 or secret.stat().st_mtime < 1e9:
            found.append("changed the secret's mode or time")
        for listener in self.listeners:
            try:
                listener.accept()[0].close()
                found.append("connected")
            except BlockingIOError:
                continue
        return found


def attacks() -> list[Attack]:
    """The corpus, by name."""
    found = []
    for path in sorted(FOLDER.glob("*/expected.toml")):
        expected = tomllib.loads(path.read_text(encoding="utf-8"))
        found.append(Attack(path.parent.name, path.parent, expected))
    return found


@contextmanager
def stage() -> Iterator[Stage]:
    """Set everything up, and take it down again."""
    root = Path(tempfile.mkdtemp(prefix="nnviz-stage-"))
    tcp, unix = socket.create_server(("127.0.0.1", 0)), socket.socket(socket.AF_UNIX)
    try:
        root.chmod(0o755)
        (root / "private").mkdir()
        (root / "private").chmod(0o755)
        (root / "private" / "secret").write_text(TOKEN)
        (root / "private" / "secret").chmod(0o644)
        (root / "writable").mkdir()
        (root / "writable").chmod(0o777)
        unix.bind(str(root / "socket"))
        (root / "socket").chmod(0o777)
        unix.listen()
        for listener in (tcp, unix):
            listener.setblocking(False)
        target = {
            "secret": str(root / "private" / "secret"),
            "writable": str(root / "writable"),
            "socket": str(root / "socket"),
            "port": tcp.getsockname()[1],
            "pid": os.getpid(),
            "repository": str(FOLDER.parents[1]),
        }
        os.environ["NNVIZ_CANARY"] = TOKEN
        yield Stage(root, target, (tcp, unix))
    finally:
        os.environ.pop("NNVIZ_CANARY", None)
        tcp.close()
        unix.close()
        shutil.rmtree(root, ignore_errors=True)


@contextmanager
def written(attack: Attack, where: Mapping[str, Any]) -> Iterator[Path]:
    """The submission of an attack, written to a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="nnviz-attack-", ignore_cleanup_errors=True) as name:
        folder = Path(name) / attack.name
        folder.mkdir()
        path = folder
        if (attack.folder / "submission").is_dir():
            shutil.copytree(attack.folder / "submission", folder, dirs_exist_ok=True)
        if (attack.folder / "make.py").is_file():
            spec = importlib.util.spec_from_file_location("make", attack.folder / "make.py")
            assert spec is not None
            assert spec.loader is not None
            module = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(module)
            path = module.make(folder, where)
        if path == folder:
            (folder / "target.json").write_text(json.dumps(where))
        yield path


def try_attack(attack: Attack, sandbox: Sandbox) -> list[str]:
    """Run it, and say what went otherwise than it has to; nothing, where the attack was held."""
    before = honest_values(sandbox)
    with stage() as scene, written(attack, scene.target) as path:
        complaints = _attempt(attack, path, sandbox)
        if attack.expected.get("twice"):  # as the next student would find it
            complaints += _attempt(attack, path, sandbox)
        time.sleep(attack.expected.get("wait", 0))
        complaints += scene.reached()
    if honest_values(sandbox) != before:
        complaints.append("the next student's values changed")
    return complaints


def _attempt(attack: Attack, path: Path, sandbox: Sandbox) -> list[str]:
    expected = attack.expected
    try:
        submission = read_submission(path, SHEET)
    except InputError as error:
        wanted = expected.get("refused", "(it isn't refused)")
        held = re.search(wanted, str(error))
        return [] if held else [f"refused: {error}; expected {wanted}"]
    if "refused" in expected:
        return ["was read, and had to be refused"]
    with sandbox.open(submission) as session:
        answers = list(_answers(session))
        forbidden, problems = session.forbidden, session.problems
        loading = session.output
    complaints = []
    told = "\n".join(submission.notes)
    for wanted in expected.get("notes", ()):
        if not re.search(wanted, told):
            complaints.append(f"no note says {wanted}")
    for name in expected.get("forbidden", ()):
        if name not in forbidden:
            complaints.append(f"importing {name} was not seen")
    kind = answers[0][1].kind
    if kind not in expected["outcome"]:
        complaints.append(f"ended with {kind} ({answers[0][1].message})")
    gained = sum(right for right, _ in answers)
    if gained > expected["gained"]:
        complaints.append(f"gained {gained} right answers")
    everything = [told, loading, *problems, *(_everything(outcome) for _, outcome in answers)]
    for text in everything:
        if TOKEN in text:
            complaints.append("took the secret")
        for pattern in expected.get("not_printed", ()):
            if re.search(pattern, text):
                complaints.append(f"printed {pattern}: {text.strip()[-200:]}")
    for _, outcome in answers:
        if len(outcome.output) > expected.get("most_printed", 2 * 1024**2):
            complaints.append("more of its output was kept than may be")
        if len(outcome.message) > expected.get("longest_message", 1000):
            complaints.append("its message is too long")
    return complaints


def _everything(outcome: Outcome) -> str:
    """All that came out of a run, as text: values, message, output."""
    return f"{outcome.value!r} {outcome.message} {outcome.output}"


def _answers(session: Any, limits: Limits = QUICK) -> Iterator[tuple[bool, Outcome]]:
    """Ask for three functions on fresh inputs: whether each is right, and what came."""
    rng = np.random.default_rng(int.from_bytes(os.urandom(4), "little"))
    z = rng.normal(size=(3, 4)) * 3
    for name, right in (
        ("sigmoid", 1 / (1 + np.exp(-z))),
        ("tanh", np.tanh(z)),
        ("relu", np.maximum(z, 0)),
    ):
        if name == "sigmoid" or name in session.names:
            outcome = session.run([Call(name, (z,))], limits)
            yield _is_right(outcome, right), outcome


def _is_right(outcome: Outcome, right: np.ndarray) -> bool:
    value = outcome.value
    if outcome.kind != "value" or not isinstance(value, np.ndarray) or value.dtype.kind != "f":
        return False
    return value.shape == right.shape and np.allclose(value, right)


def honest_values(sandbox: Sandbox) -> bytes:
    """What an honest student's functions return on inputs that are always the same."""
    z = np.linspace(-3, 3, 12).reshape(3, 4)
    with tempfile.TemporaryDirectory(prefix="nnviz-honest-") as name:
        (Path(name) / "improvements.py").write_text(HONEST)
        submission: Submission = read_submission(Path(name), SHEET)
        with sandbox.open(submission) as session:
            calls = [Call(function, (z,)) for function in ("sigmoid", "tanh", "relu")]
            outcome = session.run(calls, PATIENT)
    return pack([outcome.kind, list(outcome.values), outcome.output, outcome.message])
