"""Compiles the debugger's reductions when nnviz is installed or its wheel is built.

A step of hatchling's (`pyproject.toml` names it). Without a compiler, or where it fails, nothing is
missing: numpy does the same, and takes longer.
"""

import os
import shlex
import subprocess
import sysconfig
import tempfile
import zlib
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SOURCE = "nnviz/debugger/compiled.c"

# no instruction may be taken for another that rounds otherwise; nobody asks for errno or traps
FLAGS = "-O3 -std=c99 -shared -fPIC -ffp-contract=off -fno-math-errno -fno-trapping-math"


class CompileHook(BuildHookInterface):
    """Leaves the library beside its source, and takes it into a wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile before anything is packed."""
        try:
            library = compile_beside(Path(self.root, SOURCE))
        except (OSError, subprocess.SubprocessError) as error:
            self.app.display_warning(f"{SOURCE} was not compiled, numpy does its work: {error}")
            return
        platform = sysconfig.get_platform().replace("-", "_").replace(".", "_")
        build_data["artifacts"].append(str(library.relative_to(self.root)))
        build_data["pure_python"], build_data["tag"] = False, f"py3-none-{platform}"


def compile_beside(source: Path) -> Path:
    """Compile into a file whose name has the source's checksum, in place of older ones.

    One that is there already stays untouched where it would be the same. Raises OSError or
    SubprocessError where compiling fails.
    """
    compiler = shlex.split(os.environ.get("CC", "cc"))
    library = source.with_name(f"{source.stem}-{zlib.crc32(source.read_bytes()):08x}.so")
    with tempfile.TemporaryDirectory() as folder:
        compiled = Path(folder, library.name)
        command = [*compiler, *FLAGS.split(), "-o", str(compiled), str(source)]
        subprocess.run(command, check=True, timeout=300)
        content = compiled.read_bytes()
    if not library.exists() or library.read_bytes() != content:
        unfinished = library.with_name(f"{library.name}.{os.getpid()}")
        try:
            unfinished.write_bytes(content)
            unfinished.replace(library)
        finally:
            unfinished.unlink(missing_ok=True)
    for old in set(source.parent.glob(f"{source.stem}-*.so")) - {library}:
        old.unlink(missing_ok=True)
    return library
