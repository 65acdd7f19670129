"""A lecture's script: the commands and keys that are done one after another, a space key each.

One to a line. A key is written as the help writes it, a command as it is typed, after a colon where
it could be a key too (`:1` goes to iteration 1, `1` shows the first tab). What stands after a # is
a comment; a line of its own is the hint that is shown before the next command is done.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from nnviz.debugger.command_checks import Terms
from nnviz.errors import InputError
from nnviz.tui.keys import KEYS
from nnviz.tui.screen_commands import check

LARGEST = 1_000_000
"""Bytes; what is larger is no script."""

KEY_NAMES = {key.shown: key.keys.split(",")[0] for key in KEYS} | {
    name: name for key in KEYS for name in key.keys.split(",")
}
"""Textual's names of the keys, by these names and by how the help writes them."""


@dataclass(frozen=True)
class Cue:
    """One line of a script, and the hint before it; `key` is Textual's name of it, if it is one."""

    text: str
    hint: str
    key: str = ""

    @property
    def echo(self) -> tuple[str, str] | None:
        """A command as those who look on see it, like a key with what it does; None for a key."""
        return None if self.key else (":", self.text)


def read_script(path: Path, terms: Terms) -> tuple[Cue, ...]:
    """Read a script for a run of these terms.

    Raises InputError, with file and line, for the first line that no run could take, and for a file
    that can't be read or says nothing.
    """
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except OSError as error:
        raise InputError(f"{path}: can't be read: {error.strerror}") from error
    try:
        lines = content.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: is not a text in UTF-8 (byte {error.start})") from error
    if len(content) > LARGEST:
        raise InputError(f"{path}: is larger than {LARGEST:,} bytes; expected commands and keys")
    cues = tuple(_cues(lines, path, terms))
    if not cues:
        raise InputError(f"{path}: says nothing to do; expected a command or a key on each line")
    return cues


def _cues(lines: Iterable[str], path: Path, terms: Terms) -> Iterable[Cue]:
    hint: list[str] = []
    for number, line in enumerate(lines, start=1):
        text, _, comment = line.partition("#")
        text, comment = text.strip(), comment.strip()
        if not text:
            hint += [comment] if comment else []
            continue
        key = KEY_NAMES.get(text, "")
        if not key:
            try:
                check(text, terms)
            except InputError as error:
                raise InputError(f"{path}:{number}: {error}") from error
        yield Cue(text, " ".join([*hint, *([comment] if comment else [])]), key)
        hint = []
