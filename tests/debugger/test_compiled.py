"""What is compiled is there where it can be, is never an old one, and finds the same anywhere."""

import importlib.util
import shutil
import subprocess
import sys
import types

import numpy as np
import pytest

from nnviz.debugger import compiled
from nnviz.debugger.compiled import SOURCE, load
from tests.shell import ROOT

pytestmark = pytest.mark.skipif(
    not shutil.which("cc") or sys.platform == "win32", reason="there is no C compiler"
)


@pytest.fixture(scope="module")
def hook():
    """The module that compiles, without hatchling, which is there while installing only."""
    interface = types.ModuleType("hatchling.builders.hooks.plugin.interface")
    interface.BuildHookInterface = object
    spec = importlib.util.spec_from_file_location("hook", ROOT / "scripts" / "compile_hook.py")
    module = importlib.util.module_from_spec(spec)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, interface.__name__, interface)
        spec.loader.exec_module(module)
    return module


@pytest.fixture
def source(tmp_path):
    """A copy of the source in a folder of its own."""
    return shutil.copy(SOURCE, tmp_path / SOURCE.name)


def test_where_there_is_a_compiler_the_reductions_are_compiled():
    assert {np.dtype(np.float32), np.dtype(np.float64)} == compiled.BY_TYPE.keys()


def test_a_library_belongs_to_its_source(hook, source):
    """Changed, it has none until it is compiled again, and then only the new one is left."""
    assert load(source) == {}
    first = hook.compile_beside(source)
    assert len(load(source)) == 2
    made = first.stat().st_ino, first.stat().st_mtime_ns
    hook.compile_beside(source)
    assert (first.stat().st_ino, first.stat().st_mtime_ns) == made  # the same is not written anew
    source.write_text(source.read_text() + "\n")
    assert load(source) == {}
    second = hook.compile_beside(source)
    assert len(load(source)) == 2
    assert second != first
    assert set(source.parent.iterdir()) == {source, second}


@pytest.mark.parametrize("command", ["false", "no-such-compiler"])
def test_where_compiling_fails_nothing_is_left_and_a_warning_says_so(
    command, hook, source, monkeypatch
):
    warnings, build_data = [], {"artifacts": []}
    step = hook.CompileHook()
    step.root, step.app = source.parent, types.SimpleNamespace(display_warning=warnings.append)
    monkeypatch.setattr(hook, "SOURCE", source.name)
    monkeypatch.setenv("CC", command)
    step.initialize("standard", build_data)
    assert build_data == {"artifacts": []}
    assert len(warnings) == 1
    assert warnings[0].startswith("compiled.c was not compiled, numpy does its work: ")
    assert list(source.parent.iterdir()) == [source]


def test_a_library_for_another_machine_is_left_alone(hook, source):
    library = hook.compile_beside(source)
    library.write_bytes(b"\x7fELF and nothing that this machine could run")
    assert load(source) == {}


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_however_many_numbers_are_added_at_once_the_bits_are_the_same(hook, source, dtype):
    """Compiled for wide registers, and without any: 700 samples of 37 units, of 1 and of 300."""
    hook.compile_beside(source)
    plain = source.with_name("plain").joinpath(source.name)
    plain.parent.mkdir()
    shutil.copy(source, plain)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hook, "FLAGS", hook.FLAGS.replace("-O3", "-O1"))
        hook.compile_beside(plain)
    both = [load(path)[np.dtype(dtype)] for path in (source, plain)]
    rng = np.random.default_rng(0)
    for units in (37, 1, 300):
        za = rng.normal(size=(2, 700, units)).astype(dtype)
        found = [np.empty((2, 4 + 3 * units)) for _ in both]
        sums = [np.empty(5) for _ in both]
        for functions, layer, parameters in zip(both, found, sums, strict=True):
            functions.layer(za.ctypes.data, 700, units, -1.0, 1.0, layer.ctypes.data)
            z, a = (array.ctypes.data for array in za)
            functions.parameters(z, a, z, za[0].size, parameters.ctypes.data)
        np.testing.assert_array_equal(*found)
        np.testing.assert_array_equal(*sums)


def test_nothing_is_read_or_written_beyond_an_arrays_end(hook, source, tmp_path):
    """By the compiler's own check of memory and of what C leaves undefined."""
    main = tmp_path / "main.c"
    main.write_text(CHECKED)
    command = ["cc", "-g", "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
    program = tmp_path / "checked"
    built = subprocess.run(
        [*command, "-o", program, main, "-lm"], cwd=tmp_path, capture_output=True, text=True
    )
    if built.returncode:
        pytest.skip(f"this compiler can't check: {built.stderr[-200:]}")
    done = subprocess.run([program], capture_output=True, text=True, timeout=300)
    assert (done.returncode, done.stdout) == (0, "done\n"), done.stderr[-2000:]


CHECKED = r"""
#include "compiled.c"
#include <stdio.h>
#include <stdlib.h>
int main(void)
{
    int sizes[] = {1, 2, 3, 7, 10, 64, 127, 128, 129, 255, 256, 257, 300, 700};
    int n = sizeof sizes / sizeof *sizes;
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++) {
            int64_t samples = sizes[i], units = sizes[j], count = samples * units;
            float *za = malloc(2 * count * sizeof *za);
            double *found = malloc((8 + 6 * units) * sizeof *found), sums[5];
            int64_t counts[201];
            for (int64_t k = 0; k < 2 * count; k++)
                za[k] = k % 11 == 3 ? NAN : k % 13 == 5 ? INFINITY : (float)(k % 17) - 8;
            layer_float32(za, samples, units, -1, 1, found);
            parameters_float32(za, za + count, za, count, sums);
            bins_float32(za, count, -3, 1e30f, 200, counts);
            free(za);
            free(found);
        }
    puts("done");
    return 0;
}
"""
