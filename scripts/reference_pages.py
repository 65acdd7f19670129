"""Writes the reference pages that the program knows better than any author: commands, keys, words.

    python scripts/reference_pages.py [FOLDER]     into docs/reference by default

They are made anew at each build of the documentation and not kept, so they can't be out of date.
"""

import argparse
import importlib
import os
import sys
from collections.abc import Callable, Mapping
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

from nnviz.cli import VERBS, help_text, main

WIDTH = "88"


def commands() -> str:
    """Every command with its options, as `--help` prints them."""
    os.environ["COLUMNS"] = WIDTH
    parts = ["# Commands", "", "What `nnviz --help` and `nnviz COMMAND --help` print.", ""]
    parts += ["```text", help_text(), "```", ""]
    for verb in VERBS.values():
        parser = argparse.ArgumentParser(prog=f"nnviz {verb.name}", allow_abbrev=False)
        importlib.import_module(verb.module).configure(parser)
        parts += [f"## nnviz {verb.name}", "", verb.summary[0].upper() + verb.summary[1:] + ".", ""]
        parts += ["```text", parser.format_help().rstrip(), "```", ""]
    return "\n".join(parts)


def predicates() -> str:
    """The language of breakpoints, watches and searches."""
    text = StringIO()
    with redirect_stdout(text):
        main(["predicates"])
    return "\n".join(
        [
            "# Predicates",
            "",
            "One small language for breakpoints (`b` in the debugger, `:break`), watches, searches",
            "(`nnviz show --when`) and headless runs (`nnviz run --until`). `nnviz predicates`",
            "prints this page.",
            "",
            "```text",
            text.getvalue().rstrip(),
            "```",
            "",
        ]
    )


def findings() -> str:
    """Every rule of the diagnosis: when it speaks, where it holds, where it comes from."""
    from nnviz.debugger.findings import RULES

    parts = [
        "# Findings",
        "",
        "What the debugger says of a run by itself, the causes before their consequences. Amber is",
        "a likely fault, red a certain one, info worth knowing. The thresholds are in",
        "`nnviz/debugger/findings/limits.py`; `nnviz findings --self-test` measures them.",
        "",
    ]
    for rule in RULES.values():
        parts += [f"## {rule.id}", "", rule.summary[0].upper() + rule.summary[1:] + ".", ""]
        parts += [f"Holds for: {rule.holds}. Source: {rule.source}.", ""]
        if rule.follows:
            causes = ", ".join(f"`{cause}`" for cause in rule.follows)
            parts += [f"Folded under these, where one of them explains it: {causes}.", ""]
    return "\n".join(parts)


def keys() -> str:
    """Every key and typed command of the debugger."""
    from nnviz.debugger.commands import COMMANDS
    from nnviz.tui.keys import KEYS
    from nnviz.tui.screen_commands import SCREEN_COMMANDS

    parts = [
        "# Keys",
        "",
        "`?` shows them in the debugger, those of the screen that is seen first; `ctrl+p` finds",
        "them by name. A mouse works on tabs, layers, units, matrices and the timeline, and isn't",
        "needed.",
        "",
    ]
    for group in dict.fromkeys(key.group for key in KEYS):
        parts += [f"## {group}", "", "| key | what it does |", "| --- | --- |"]
        parts += [f"| `{key.shown}` | {key.help} |" for key in KEYS if key.group == group]
        parts.append("")
    parts += ["## Typed, after a colon", "", "| command | what it does |", "| --- | --- |"]
    typed = [(command.usage, command.help) for command in COMMANDS.values()]
    typed += [(command.usage, command.help) for command in SCREEN_COMMANDS.values()]
    parts += [f"| `:{_cell(usage)}` | {_cell(told)} |" for usage, told in typed]
    return "\n".join([*parts, ""])


def _cell(text: str) -> str:
    """A text in a table, where a bar would end its cell."""
    return text.replace("|", r"\|")


PAGES: Mapping[str, Callable[[], str]] = {
    "commands": commands,
    "predicates": predicates,
    "findings": findings,
    "keys": keys,
}


def write(folder: Path) -> None:
    """Write the pages into `reference/` below the folder of the documentation."""
    for name, page in PAGES.items():
        path = folder / "reference" / f"{name}.md"
        text = page()
        if not path.exists() or path.read_text() != text:
            path.write_text(text)


if __name__ == "__main__":
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[1] / "docs")
