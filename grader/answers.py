"""Turns the text of an `answers.toml` into typed answers and claims, and says what it could not.

What may be answered is an `AnswerSheet`, taken from the assignment's rubric, so that any assignment
is read by the same lines. Each message begins with the file and the line.
"""

import difflib
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from grader.tolerant_toml import Entry, Table, quoted, read

FILE_NAME = "answers.toml"
MAX_CLAIMS = 50
MAX_ITERATION = 1_000_000
CLAIM_NUMBERS = ("train_accuracy", "test_accuracy", "loss")
CLAIM_KEYS = ("problem", "experiment", "iteration", *CLAIM_NUMBERS, "dead")

AnswerSheet = Mapping[str, Sequence[str]]
"""Table name -> the keys that may be answered in it, [claims] and the keys above it apart."""


@dataclass(frozen=True)
class Claim:
    """A configuration and the numbers it is said to reach.

    `experiment` is a preset's name or a path inside the submission; accuracies are in percent;
    `dead` maps a layer ("L1") to its number of dead units. None: not claimed.
    """

    line: int
    problem: str
    experiment: str
    iteration: int | None = None
    train_accuracy: float | None = None
    test_accuracy: float | None = None
    loss: float | None = None
    dead: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def claims_something(self) -> bool:
        """Whether there is a number to hold against a run."""
        numbers = (getattr(self, name) for name in CLAIM_NUMBERS)
        return bool(self.dead) or any(number is not None for number in numbers)


@dataclass(frozen=True)
class Answers:
    """What the file says: table -> key -> as typed, and what to tell about lines of it."""

    assignment: str
    student: str
    typed: Mapping[str, Mapping[str, str]]
    claims: tuple[Claim, ...]
    notes: tuple[str, ...]


def read_answers(text: str, sheet: AnswerSheet) -> Answers:
    """Read the text of an `answers.toml`; never raises."""
    known = {"": ("assignment", "student"), **sheet, "claims": CLAIM_KEYS}
    reading = read(text, known)
    notes = [(note.line, note.message) for note in reading.notes]
    placed, claim_tables = _placed(reading.tables, known, notes)
    typed = {name: _last_of_each(entries, notes) for name, entries in placed.items()}
    claims = tuple(_claim(entries, known["claims"], notes) for entries in claim_tables)
    if len(claims) > MAX_CLAIMS:
        line = claims[MAX_CLAIMS].line
        notes.append((line, f"more than {MAX_CLAIMS} claims; the rest is not looked at"))
    head = typed.pop("")
    return Answers(
        head.get("assignment", "").strip(),
        head.get("student", "").strip(),
        {name: answers for name, answers in typed.items() if name != "claims"},
        claims[:MAX_CLAIMS],
        tuple(f"{FILE_NAME}:{line}: {message}" for line, message in sorted(notes)),
    )


_Notes = list[tuple[int, str]]


def _placed(
    tables: Iterable[Table], known: AnswerSheet, notes: _Notes
) -> tuple[dict[str, list[Entry]], list[list[Entry]]]:
    """Put each entry where its key belongs, also where the header above it was broken."""
    placed: dict[str, list[Entry]] = {name: [] for name in known}
    claims: list[list[Entry]] = []
    for table in tables:
        claim: list[Entry] = []
        for entry in _flattened(table, known):
            name, key = _place(table.name, entry.key, known)
            if name is None:
                notes.append((entry.line, _unknown(table.name, entry.key, known)))
                continue
            entry = Entry(entry.line, key, entry.raw, entry.value)
            if name != "claims":
                placed[name].append(entry)
            elif key in ("problem", "experiment") and key in (one.key for one in claim):
                # The header between two claims is lost.
                claims.append(claim)
                claim = [entry]
            else:
                claim.append(entry)
        if claim:
            claims.append(claim)
    return placed, claims


def _flattened(table: Table, known: AnswerSheet) -> Iterable[Entry]:
    """The entries, those of an inline table or of `table.key = ...` written out."""
    for entry in table.entries:
        if isinstance(entry.value, dict) and entry.key in known:
            for key, value in entry.value.items():
                raw = f"'{value}'" if isinstance(value, str) else str(value)
                yield Entry(entry.line, f"{entry.key}.{key}", raw, value)
        else:
            yield entry


def _place(table: str, key: str, known: AnswerSheet) -> tuple[str | None, str]:
    """The table and key that were meant, None where that can't be told."""
    first, dot, rest = key.partition(".")
    if dot and first in known and key not in known.get(table, ()):
        table, key = first, rest
    homes = [table] if table in known else []
    homes += [name for name in known if name != table]
    for same in (str, str.casefold):
        found = [(name, one) for name in homes for one in known[name] if same(one) == same(key)]
        if found and (found[0][0] == table or len(found) == 1):
            return found[0]
    return None, key


def _unknown(table: str, key: str, known: AnswerSheet) -> str:
    offered = list(known.get(table) or (one for keys in known.values() for one in keys))
    near = difflib.get_close_matches(key[:60], offered, n=1, cutoff=0.5)
    place = f" in [{table}]" if known.get(table) and table else ""
    hint = f"did you mean {near[0]}?" if near else f"expected {', '.join(offered)}"
    return f"unknown key {quoted(key)}{place}; {hint}"


def _last_of_each(entries: Iterable[Entry], notes: _Notes) -> dict[str, str]:
    """Key -> as typed. Of several the last one counts that isn't empty, as if corrected below."""
    answers: dict[str, tuple[int, str]] = {}
    for entry in entries:
        typed = entry.typed
        if entry.raw and not (entry.is_toml or entry.is_quoted):
            notes.append((entry.line, f"{entry.key} is not TOML; read as {quoted(typed)}"))
        line, before = answers.get(entry.key, (0, ""))
        if before.strip() and typed.strip() and before != typed:
            message = f"{entry.key} is given again; this one counts, not {quoted(before)}"
            notes.append((entry.line, f"{message} of line {line}"))
        if typed.strip() or not before.strip():
            answers[entry.key] = (entry.line, typed)
    return {key: typed for key, (_, typed) in answers.items()}


def _claim(entries: Sequence[Entry], keys: Sequence[str], notes: _Notes) -> Claim:
    """One claim; what can't be read of it is left out and told."""
    by_key = {entry.key: entry for entry in entries}
    line = entries[0].line
    for key in ("problem", "experiment"):
        if key not in by_key or not by_key[key].typed.strip():
            expected = {"problem": "3.4", "experiment": "experiments/relu.toml"}[key]
            notes.append((line, f'this claim names no {key}: expected {key} = "{expected}"'))
    texts = {key: by_key[key].typed.strip() for key in ("problem", "experiment") if key in by_key}
    iteration = _number(by_key.get("iteration"), notes, "a whole number, such as 200")
    if iteration is not None and not (0 <= iteration <= MAX_ITERATION and iteration % 1 == 0):
        expected = f"a whole number from 0 to {MAX_ITERATION:,}"
        notes.append((by_key["iteration"].line, f"iteration = {iteration:g}: expected {expected}"))
        iteration = None
    expected = "a number, such as 92.1"
    numbers = {name: _number(by_key.get(name), notes, expected) for name in CLAIM_NUMBERS}
    return Claim(
        line=line,
        problem=texts.get("problem", ""),
        experiment=texts.get("experiment", ""),
        iteration=None if iteration is None else int(iteration),
        dead=_dead(by_key.get("dead"), notes),
        **numbers,
    )


def _number(entry: Entry | None, notes: _Notes, expected: str) -> float | None:
    """The number of an entry, None where there is none or it can't be read."""
    if entry is None or not entry.typed.strip():
        return None
    text = entry.typed.strip().removesuffix("%").strip().replace("−", "-")
    if re.fullmatch(r"[+-]?(\d{1,30}(_\d+)*\.?\d{0,30}|\.\d{1,30})([eE][+-]?\d{1,3})?", text):
        number = float(text)
        if math.isfinite(number):
            return number
    if re.fullmatch(r"[+-]?\d{1,3},\d{1,9}", text):
        expected = f"{text.replace(',', '.')} or {text.replace(',', '')}? Write it without a comma"
    notes.append((entry.line, f"{entry.key} = {quoted(entry.typed)}: expected {expected}"))
    return None


def _dead(entry: Entry | None, notes: _Notes) -> Mapping[str, int]:
    """Layer -> dead units, from `{ L1 = 14 }`."""
    if entry is None:
        return {}
    if isinstance(entry.value, dict):
        counts = {
            layer: count
            for layer, count in entry.value.items()
            if isinstance(count, int) and not isinstance(count, bool) and count >= 0
        }
        if counts == entry.value:
            return MappingProxyType(counts)
    message = f"dead = {quoted(entry.raw)}: expected the layers' counts, such as {{ L1 = 14 }}"
    notes.append((entry.line, message))
    return {}
