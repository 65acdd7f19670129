"""Reads TOML that people typed by hand, so that one broken line doesn't cost the lines around it.

A TOML reader refuses a file as a whole. Here a file is cut into statements, each is read on its
own, and what is no TOML is kept as it was typed for the caller to make sense of. On a file that
is TOML the result is the same as `tomllib`'s. Time grows with the length of the text only.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

MAX_BRACKET_LINES = 20
"""An array that isn't closed after so many lines is taken for a line with a stray bracket."""

MAX_NESTED_LENGTH = 2_000
"""A longer array or inline table is not read: nothing that a person types here is one."""

_WIDE_QUOTES = ('"""', "'''")
_QUOTES = "\"'“”„‟«»‘’‚‛`"
_HEADER = re.compile(r"\[+([^\[\]]*)\]+\s*(?:#.*)?")
_KEY = r"""(?:"[^"\n]*"|'[^'\n]*'|[^\s=\[\]"'#.]+)"""
_ASSIGNMENT = re.compile(rf"({_KEY}(?:\s*\.\s*{_KEY})*)\s*=(.*)", re.DOTALL)
_UNTIDY_ASSIGNMENT = re.compile(r"([^=:\n]{1,80}?)\s*[=:](.*)", re.DOTALL)
_ESCAPE = re.compile(r"\\(?:([\\\"])|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))")


@dataclass(frozen=True)
class Entry:
    """One `key = value`; `raw` is the value as typed, `value` what TOML reads, None if nothing."""

    line: int
    key: str
    raw: str
    value: object = None

    @property
    def is_toml(self) -> bool:
        """Whether the value is TOML."""
        return self.value is not None

    @property
    def is_quoted(self) -> bool:
        """Whether it stands between quotes; backslashes of LaTeX may keep it from being TOML.

        (For a text over several lines without its closing quotes there is a note already.)
        """
        if self.raw.startswith(_WIDE_QUOTES):
            return True
        return len(self.raw) > 1 and self.raw[0] == self.raw[-1] and self.raw[0] in "\"'"

    @property
    def typed(self) -> str:
        r"""The text that was meant: without quotes, and without what is an escape to TOML only.

        A backslash is kept (`"\frac{1}{x}"` is LaTeX, not a form feed), except before another
        backslash, a quote, or `u` and four hexadecimal digits. In a text over several lines TOML's
        own reading goes first.
        """
        if isinstance(self.value, str) and self.raw.startswith(('"""', "'''", "'")):
            return self.value
        if self.value is not None and not isinstance(self.value, str):
            return self.raw
        inner = self.raw.strip(_QUOTES).strip()
        if self.value is not None:
            inner = self.raw[1:-1]
        return _ESCAPE.sub(_unescaped, inner)


@dataclass(frozen=True)
class Table:
    """The entries under one header, in their order; `name` is "" above the first header."""

    name: str
    line: int
    entries: list[Entry] = field(default_factory=list)


@dataclass(frozen=True)
class Note:
    """Something that is worth telling about one line."""

    line: int
    message: str


@dataclass(frozen=True)
class Reading:
    """All tables in their order, and what was found on the way."""

    tables: tuple[Table, ...]
    notes: tuple[Note, ...]


def read(text: str, known: Mapping[str, Sequence[str]]) -> Reading:
    """Read `text`; never raises.

    `known` maps the tables' names to their keys ("" for those above the first header). It is asked
    only where the text is no TOML: for a header with a slip in it, and for where a text ends whose
    closing quotes are missing.
    """
    tables, notes = [Table("", 1)], []
    for line, statement, missing in _statements(_lines(text), _known_start(known)):
        if missing:
            notes.append(Note(line, _unclosed(line, statement, missing)))
        if statement.lstrip().startswith("["):
            name, note = _header(statement, known)
            tables.append(Table(name, line))
        else:
            entry, note = _entry(line, statement)
            if entry:
                tables[-1].entries.append(entry)
        if note:
            notes.append(Note(line, note))
    return Reading(tuple(tables), tuple(notes))


def _lines(text: str) -> list[str]:
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def _header(statement: str, known: Mapping[str, Sequence[str]]) -> tuple[str, str]:
    """The name of the table that a header begins, and what is to be told."""
    statement = statement.strip()
    match = _HEADER.fullmatch(statement)
    name = (match[1] if match else statement.strip("[]# ")).strip().strip(_QUOTES)
    if match and name in known:
        return name, ""
    letters = "".join(filter(str.isalnum, name)).casefold()
    tables = [one for one in known if one]
    for one in tables:
        if letters == "".join(filter(str.isalnum, one)).casefold():
            return one, f"{quoted(statement)}: read as [{one}]"
    offered = ", ".join(f"[{one}]" for one in tables)
    return name, f"{quoted(statement)}: expected one of {offered}"


def _entry(line: int, statement: str) -> tuple[Entry | None, str]:
    """The entry that a statement holds, and what is to be told."""
    statement = statement.strip()
    match = _ASSIGNMENT.fullmatch(statement) or _UNTIDY_ASSIGNMENT.fullmatch(statement)
    if not match:
        return None, f'{quoted(statement)}: expected KEY = "VALUE"'
    raw = _without_comment(match[2].strip())
    value = _value(raw) if match.re is _ASSIGNMENT else None
    return Entry(line, _plain_key(match[1]), raw, value), ""


def _plain_key(key: str) -> str:
    """`"2.1"`, `2.1` and `2 . 1` are all 2.1: the course's keys hold dots, and nothing nests."""
    return re.sub(r"\s*\.\s*", ".", key.strip()).strip(_QUOTES).strip()


def _value(raw: str) -> object:
    if raw.startswith(("[", "{")) and len(raw) > MAX_NESTED_LENGTH:
        return None
    try:
        return tomllib.loads(f"value = {raw}\n")["value"]
    except (ValueError, RecursionError):  # not TOML; a number too long for int; nested too deep
        return None


def _without_comment(value: str) -> str:
    """Cut off what follows a `#` that stands outside of quotes."""
    at = 0
    while at < len(value):
        if value[at] == "#":
            return value[:at].strip()
        end = _string_end(value, at) if value[at] in "\"'" else at + 1
        at = len(value) if end is None else end
    return value.strip()


def _unescaped(match: re.Match[str]) -> str:
    if match[1]:
        return match[1]
    code = int(match[2] or match[3], 16)
    return match[0] if code > 0x10FFFF or 0xD800 <= code < 0xE000 else chr(code)


def _statements(lines: list[str], known_start: re.Pattern[str]) -> Iterator[tuple[int, str, str]]:
    """Yield line number (from 1), text, and what isn't closed in it: a "text", a "bracket", ""."""
    text = "\n".join(lines) + "\n"
    starts = list(accumulate((len(line) + 1 for line in lines), initial=0))
    number = 0
    while number < len(lines):
        if _is_empty(lines[number]):
            number += 1
            continue
        end, missing = _statement_end(text, starts, number)
        if end > number + 1:
            within = (i for i in range(number + 1, end) if known_start.match(lines[i]))
            cut = next(within, None)
            if cut and (missing or not _goes_on_well(lines, number, end)):
                end, missing = cut, "text"
        yield number + 1, "\n".join(lines[number:end]), missing
        number = end


def _is_empty(line: str) -> bool:
    line = line.lstrip()
    return not line or line.startswith("#")


def _goes_on_well(lines: list[str], start: int, end: int) -> bool:
    """Whether a statement over several lines is read, and something sensible follows it.

    Where the closing quotes of a text are missing, it "ends" at the opening quotes of the next
    one, and then prose follows.
    """
    entry, _ = _entry(0, "\n".join(lines[start:end]))
    while end < len(lines) and _is_empty(lines[end]):
        end += 1
    following = lines[end].strip() if end < len(lines) else "["
    sensible = following.startswith("[") or _ASSIGNMENT.fullmatch(following)
    return bool(entry and entry.is_toml and sensible)


def _statement_end(text: str, starts: list[int], number: int) -> tuple[int, str]:
    """The line after the statement that begins in line `number`, and what isn't closed in it."""
    at, depth, alone = starts[number], 0, number + 1
    if text[at : starts[alone]].lstrip().startswith("["):
        return alone, ""
    limit = starts[min(number + MAX_BRACKET_LINES, len(starts) - 1)]
    while at < len(text):
        character = text[at]
        if depth > 0 and at >= limit:
            return alone, "bracket"
        if character == "\n" and depth <= 0:
            return alone + text.count("\n", starts[number], at), ""
        if character == "#":
            at = text.index("\n", at)
            continue
        if character in "\"'":
            end = _string_end(text, at)
            if end is None and depth <= 0 and text[at : at + 3] in _WIDE_QUOTES:
                return len(starts) - 1, "text"
            if end is None:
                return alone, "bracket" if depth > 0 else ""
            at = end
            continue
        depth += (character in "[{") - (character in "]}")
        at += 1
    return alone, "bracket"


def _string_end(text: str, start: int) -> int | None:
    """The place after the string that starts at `start`, None where it isn't closed."""
    quote = text[start]
    wide = text[start : start + 3] == quote * 3
    closing, at = (quote * 3, start + 3) if wide else (quote, start + 1)
    newline = text.find("\n", start)
    while (end := text.find(closing, at)) >= 0 and (wide or newline < 0 or end < newline):
        backslashes = 0
        while quote == '"' and end - backslashes > start and text[end - backslashes - 1] == "\\":
            backslashes += 1
        if backslashes % 2 == 0:
            end += len(closing)
            while wide and end - start < len(text) and text[end : end + 1] == quote:
                end += 1
            return end
        at = end + 1
    return None


def _known_start(known: Mapping[str, Sequence[str]]) -> re.Pattern[str]:
    """What a line looks like that begins a known table, or gives a known key."""
    tables = "|".join(re.escape(name) for name in known if name)
    keys = "|".join(re.escape(key) for names in known.values() for key in names)
    return re.compile(rf"""\s*(?:\[+\s*(?:{tables})\s*\]+|["']?(?:{keys})["']?\s*=)""")


def _unclosed(line: int, statement: str, missing: str) -> str:
    first, *more = statement.split("\n")
    if missing == "bracket":
        return f"{quoted(first)}: a bracket isn't closed"
    return f"{quoted(first)}: the closing quotes are missing; read up to line {line + len(more)}"


def quoted(text: str, length: int = 60) -> str:
    """The text on one line between backticks, shortened, for a message."""
    line = " ".join(text.split())
    return f"`{line if len(line) <= length else line[: length - 1] + '…'}`"
