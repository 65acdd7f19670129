"""Tries every attack in every sandbox and prints what held: `docs/reference/attacks.md`.

python -m benchmarks.attacks [--write docs/reference/attacks.md]
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.attack_corpus import Attack, attacks, try_attack
from grader.sandbox import Sandbox
from grader.sandbox.backends import BUBBLEWRAP, LANDLOCK, Backend
from grader.sandbox.inside import landlock
from grader.sandbox.probing import refusal

ISOLATING = (BUBBLEWRAP, LANDLOCK)
COMMAND = "python -m benchmarks.attacks --write docs/reference/attacks.md"

_HEAD = """# Attacks on the grader, and what held

Made by `{command}`, which runs every folder of
`tests/attacks` in every sandbox that works on the machine ({machine}).
*Held* means: no point gained, nothing read, written, reached or left behind that is not the
attacker's own, and the next student's values the same to the last byte.

{summary}

With `--allow-unsandboxed` nothing of this is promised, and nothing was tried: only time, processor,
memory and output are limited then, for code that you trust.

| attack | what it tries | {names} |
| --- | --- | {rule} |
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Try them all; 1 where an attack succeeded that is not known to."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.attacks", description=__doc__)
    parser.add_argument("--write", metavar="FILE", type=Path, help="write the page there")
    options = parser.parse_args(arguments)
    backends = [backend for backend in ISOLATING if not refusal(backend)]
    for backend in ISOLATING:
        if reason := refusal(backend):
            print(f"left out: {reason}", file=sys.stderr)
    rows, missed = [], 0
    known: list[str] = []
    for attack in attacks():
        cells = []
        for backend in backends:
            cell, as_expected = _cell(attack, backend)
            cells.append(cell)
            missed += not as_expected
            if cell != "held":
                known.append(
                    f"- `{attack.name}`, {backend.name}: {cell.removeprefix('not held: ')}"
                )
        rows.append(f"| {attack.name} | {attack.title} | {' | '.join(cells)} |")
        print(rows[-1], flush=True)
    page = _HEAD.format(
        command=COMMAND,
        machine=f"Linux {platform.release().split('-')[0]} on {os.uname().machine}, Landlock "
        f"version {landlock.abi()}, as {'root' if os.geteuid() == 0 else 'an ordinary user'}",
        summary=f"{len(rows)} attacks. Not held:\n\n" + "\n".join(known or ["- none"]),
        names=" | ".join(backend.name for backend in backends),
        rule=" | ".join("---" for _ in backends),
    )
    if options.write:
        options.write.write_text(page + "\n".join(rows) + "\n", encoding="utf-8")
    return 1 if missed else 0


def _cell(attack: Attack, backend: Backend) -> tuple[str, bool]:
    """What came of an attack in a sandbox, and whether that is what is known of it."""
    sandbox = Sandbox(backend)
    try:
        complaints = try_attack(attack, sandbox)
    finally:
        sandbox.close()
    reason = attack.expected.get("not_held", {}).get(backend.name)
    if reason:
        return (f"not held: {reason}", True) if complaints else ("held", False)
    return ("held", True) if not complaints else (f"not held: {'; '.join(complaints)}", False)


if __name__ == "__main__":
    sys.exit(main())
