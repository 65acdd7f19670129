"""Fingerprints of code that stay the same under new names, comments and layout.

Winnowing (Schleimer, Wilkerson, Aiken: "Winnowing: local algorithms for document fingerprinting",
2003): hashes of all runs of `RUN` tokens, and of each `WINDOW` of them the least, so that any
common stretch of `RUN + WINDOW - 1` tokens is found.
"""

import hashlib
import io
import keyword
import tokenize
from collections.abc import Iterator, Sequence

RUN = 18
WINDOW = 12
MOST_TOKENS = 50_000

Fingerprint = tuple[int, int]
"""A hash of 48 bits, and the line where its stretch of code begins."""

_LEFT_OUT = {
    *(tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT),
    *(tokenize.ENCODING, tokenize.ENDMARKER, tokenize.ERRORTOKEN),
}


def fingerprints(code: str) -> tuple[Fingerprint, ...]:
    """The fingerprints of a program in the order of its lines; code that is broken gives fewer."""
    tokens = list(_tokens(code))
    hashes = [
        (_hash([text for text, _ in tokens[start : start + RUN]]), tokens[start][1])
        for start in range(len(tokens) - RUN + 1)
    ]
    found: dict[int, Fingerprint] = {}
    for start in range(max(1, len(hashes) - WINDOW + 1) if hashes else 0):
        window = hashes[start : start + WINDOW]
        # The last of equals, so that neighbours choose the same one.
        at = min(range(len(window)), key=lambda i: (window[i][0], -i))
        found[start + at] = window[at]
    return tuple(found.values())


def _tokens(code: str) -> Iterator[tuple[str, int]]:
    """The tokens that count, each with its line: names are all alike, and so are numbers.

    What is written after a dot keeps its name: `np.exp` is what the code does. Texts that stand
    alone, such as docstrings, are left out.
    """
    before, previous_type = "", tokenize.NEWLINE
    try:
        for number, token in enumerate(tokenize.generate_tokens(io.StringIO(code).readline)):
            if number == MOST_TOKENS:
                return
            stands_alone = previous_type in (
                *(tokenize.NEWLINE, tokenize.NL, tokenize.INDENT, tokenize.DEDENT),
                tokenize.COMMENT,
            )
            previous_type = token.type
            if token.type in _LEFT_OUT or (token.type == tokenize.STRING and stands_alone):
                continue
            yield _normal(token, before), token.start[0]
            before = token.string
    except (tokenize.TokenError, SyntaxError, ValueError):
        return  # what came before the break counts


def _normal(token: tokenize.TokenInfo, before: str) -> str:
    if token.type == tokenize.NAME and not keyword.iskeyword(token.string):
        return token.string if before == "." else "name"
    if token.type == tokenize.NUMBER:
        return "number"
    return "text" if token.type == tokenize.STRING else token.string


def _hash(tokens: Sequence[str]) -> int:
    digest = hashlib.blake2b("\n".join(tokens).encode("utf-8", "replace"), digest_size=6)
    return int.from_bytes(digest.digest())
