"""Other graders on the same functions: gradescope-utils, otter-grader and nbgrader.

Each is installed from PyPI into an environment of its own that is removed afterwards; where that
isn't possible, nothing is measured, and the reason is printed. None of them shuts anything in as it
runs here: the first two run the student's code in a new process, nbgrader in a new Jupyter kernel.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat

from benchmarks.measuring import Result

INSTALL_SECONDS = 240
FEW = 8

_TESTS = """
import sys, unittest
import numpy as np
sys.path.insert(0, sys.argv.pop())
from gradescope_utils.autograder_utils.decorators import weight
from gradescope_utils.autograder_utils.json_test_runner import JSONTestRunner

z = np.linspace(-3, 3, 12).reshape(3, 4)
"""
_TEST = """
    @weight(1)
    def test_{name}(self):
        import improvements
        np.testing.assert_allclose(improvements.{name}(z), {right}, rtol=1e-4)
"""
RIGHT = {
    "sigmoid": "1 / (1 + np.exp(-z))",
    "tanh": "np.tanh(z)",
    "relu": "np.maximum(z, 0)",
    "leaky_relu": "np.where(z > 0, z, 0.01 * z)",
    "softmax": "np.exp(z) / np.exp(z).sum(axis=0)",
    "tanh_derivative": "1 - np.tanh(z) ** 2",
    "relu_derivative": "(z > 0) * 1.0",
    "sigmoid_derivative": "np.exp(-z) / (1 + np.exp(-z)) ** 2",
}


def peers(paths: Sequence[Path], jobs: int) -> Iterator[Result]:
    """Yield submissions per minute of each peer that can be installed."""
    for name, packages, measure in (
        ("gradescope-utils", ("gradescope-utils", "numpy"), _gradescope),
        ("otter-grader", ("otter-grader", "numpy", "ipykernel"), _otter),
        ("nbgrader", ("nbgrader", "numpy", "ipykernel"), _nbgrader),
    ):
        with tempfile.TemporaryDirectory() as folder:
            reason = _install(Path(folder), packages)
            if not reason:
                rate = measure(Path(folder), paths[:FEW], jobs)
                reason = "" if rate else "it graded nothing"
            if reason:
                print(f"  {name} is left out: {reason}", flush=True)
            else:
                yield Result(f"{name}: 8 functions, {jobs} processes", rate, "a minute")


def _install(folder: Path, packages: Sequence[str]) -> str:
    """Make an environment with these packages; why that failed, "" where it didn't."""
    try:
        for command in (
            [sys.executable, "-m", "venv", str(folder / "env")],
            [str(folder / "env" / "bin" / "pip"), "install", "--quiet", *packages],
        ):
            subprocess.run(command, check=True, timeout=INSTALL_SECONDS, capture_output=True)
    except subprocess.TimeoutExpired:
        return f"installing took more than {INSTALL_SECONDS} s"
    except subprocess.CalledProcessError as error:
        lines = error.stderr.decode("utf-8", "replace").strip().splitlines()
        return f"installing failed: {lines[-1] if lines else error}"[:200]
    return ""


def _gradescope(folder: Path, paths: Sequence[Path], jobs: int) -> float:
    """Each submission's tests in a new process, as Gradescope's own example does it."""
    tests = folder / "run_tests.py"
    cases = "".join(_TEST.format(name=name, right=right) for name, right in RIGHT.items())
    end = "\nsuite = unittest.defaultTestLoader.loadTestsFromTestCase(Test)\n"
    end += "JSONTestRunner(visibility='visible', stream=sys.stdout).run(suite)\n"
    tests.write_text(f"{_TESTS}\nclass Test(unittest.TestCase):{cases}{end}")
    python = str(folder / "env" / "bin" / "python")
    return _side_by_side(
        folder,
        [[python, str(tests), str(path)] for path in paths],
        jobs,
        lambda out: out.count(b'"passed"') == len(RIGHT),
    )


def _otter(folder: Path, paths: Sequence[Path], jobs: int) -> float:
    """`otter check` of each student's program, with its tests as doctests: a file a question."""
    tests = folder / "tests"
    tests.mkdir()
    for name, right in RIGHT.items():
        code = (
            ">>> import numpy as np\n>>> z = np.linspace(-3, 3, 12).reshape(3, 4)\n"
            f">>> bool(np.allclose({name}(z), {right}))\nTrue"
        )
        suite = {"type": "doctest", "scored": True, "setup": "", "teardown": ""}
        suite["cases"] = [{"hidden": False, "locked": False, "code": code}]
        question = {"name": name, "points": 1, "suites": [suite]}
        (tests / f"{name}.py").write_text(f"OK_FORMAT = True\ntest = {question!r}\n")
    otter = str(folder / "env" / "bin" / "otter")
    commands = [[otter, "check", str(path / "improvements.py"), "-t", str(tests)] for path in paths]
    return _side_by_side(folder, commands, jobs, lambda out: b"All tests passed!" in out)


def _nbgrader(folder: Path, paths: Sequence[Path], jobs: int) -> float:
    """The cells that nbgrader's autograding executes: a notebook per student in its own kernel."""
    script = folder / "autograde.py"
    script.write_text(
        "import sys, nbformat\n"
        "from nbgrader.preprocessors import Execute\n"
        "notebook = nbformat.read(sys.argv[1], 4)\n"
        "notebook, _ = Execute(timeout=60, kernel_name='python3').preprocess(notebook, {})\n"
        "outputs = [o for cell in notebook.cells for o in cell.get('outputs', [])]\n"
        "bad = [o for o in outputs if o.output_type == 'error']\n"
        "print('passed' if not bad else bad)\n"
    )
    python = str(folder / "env" / "bin" / "python")
    commands = []
    for path in paths:
        code = (path / "improvements.py").read_text(encoding="utf-8")
        checks = [
            f"np.testing.assert_allclose({name}(z), {right}, rtol=1e-4)"
            for name, right in RIGHT.items()
        ]
        first = "import numpy as np\nz = np.linspace(-3, 3, 12).reshape(3, 4)"
        cells = [nbformat.v4.new_code_cell(text) for text in (code, first, *checks)]
        place = folder / f"{path.name}.ipynb"
        nbformat.write(nbformat.v4.new_notebook(cells=cells), place)
        commands.append([python, str(script), str(place)])
    return _side_by_side(folder, commands, jobs, lambda out: b"passed" in out)


def _side_by_side(
    folder: Path, commands: Sequence[Sequence[str]], jobs: int, graded: Callable[[bytes], bool]
) -> float:
    """Run the commands, some at once: per minute, 0 where one of them did not grade."""
    with ThreadPoolExecutor(jobs) as pool:
        start = time.perf_counter()
        done = pool.map(
            lambda command: (
                subprocess.run(command, cwd=folder, capture_output=True, check=False).stdout
            ),
            commands,
        )
        good = [graded(output) for output in done]
        seconds = time.perf_counter() - start
    return 60 * len(commands) / seconds if all(good) else 0.0
