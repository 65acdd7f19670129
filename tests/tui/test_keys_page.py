"""The page of keys is made from the table that the keys are bound from."""

import sys
from pathlib import Path

from nnviz.tui.keys import KEYS
from nnviz.tui.screen_commands import SCREEN_COMMANDS

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))
import reference_pages

sys.path.pop(0)


def test_every_key_and_screen_command_is_on_the_page():
    lines = reference_pages.PAGES["keys"]().splitlines()
    for key in KEYS:
        assert f"| `{key.shown}` | {key.help} |" in lines
    assert any(line.startswith("| `:theme [dark\\|light]` |") for line in lines)
    for command in SCREEN_COMMANDS.values():
        assert any(line.endswith(f"| {command.help} |") for line in lines)
