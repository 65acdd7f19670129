"""People type the same formula in LaTeX, Unicode or Python; this page makes them one plain text."""

from __future__ import annotations

import re
import unicodedata

_SUPERSCRIPTS = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ˣʸᵃⁿ", "0123456789+-()xyan", strict=True))
_SIGNS = str.maketrans(
    {
        **dict.fromkeys("−–—‒﹣", "-"),
        **dict.fromkeys("·×⋅∙•∗✕", "*"),
        **dict.fromkeys("÷⁄∕", "/"),
        **dict.fromkeys("{[", "("),
        **dict.fromkeys("}]", ")"),
        **dict.fromkeys("$\u200b\u200c\u200d\ufeff\u2061\u2062", ""),
    }
)
_WORDS = (
    (re.compile(r"\\(?:mathrm|operatorname|text|mathit)\s*\{\s*(\w+)\s*\}"), r" \1 "),
    (re.compile(r"\\(?:left|right|big|Big|displaystyle)(?![a-zA-Z])"), ""),
    (re.compile(r"\\[,;:! ]"), " "),
    (re.compile(r"\\(?:cdot|times|ast)(?![a-zA-Z])"), "*"),
    (re.compile(r"\\div(?![a-zA-Z])"), "/"),
    (re.compile(r"\\[dt]?frac(?![a-zA-Z])"), " frac "),
    (re.compile(r"_\{\s*(\w+)\s*\}"), r"_\1"),
    (re.compile(r"\\(?=[a-zA-Z])"), " "),
    (re.compile(r"\b(?:math|np|numpy|sympy)\."), ""),
)


def plain(text: str) -> str:
    """Return `text` with superscripts as `^(...)`, LaTeX commands as words and ASCII signs."""
    text = _raise_superscripts(text)
    text = _spell_out_fractions(text)
    text = unicodedata.normalize("NFKC", text)
    for pattern, replacement in _WORDS:
        text = pattern.sub(replacement, text)
    return text.translate(_SIGNS).replace("**", "^")


def _raise_superscripts(text: str) -> str:
    pattern = f"[{''.join(_SUPERSCRIPTS)}]+"
    return re.sub(pattern, lambda run: f"^({''.join(_SUPERSCRIPTS[c] for c in run[0])})", text)


def _spell_out_fractions(text: str) -> str:
    """Replace ½ by (1/2); in `2½`, which is two and a half, by a sum."""

    def spell(match: re.Match[str]) -> str:
        half = unicodedata.normalize("NFKC", match[2]).replace("⁄", "/")
        return f"({match[1]}+{half})" if match[1] else f"({half})"

    return re.sub("(\\d*)([¼½¾⅐-⅞])", spell, text)
