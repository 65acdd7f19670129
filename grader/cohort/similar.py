"""Pairs of programs that are alike, as places to look: what everybody has counts for nothing."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations

from grader.cohort.fingerprints import Fingerprint

COMMON_SHARE = 0.1
FEWEST_FOR_COMMON = 4
"""A stretch of code that so many students have, and that share of the class, is everybody's."""
FEWEST_OWN = 8
ALIKE = 0.6
MOST_PAIRS = 50


@dataclass(frozen=True)
class Pair:
    """Two students whose code is alike: the share of the smaller one's own stretches.

    `lines` are where such stretches begin in the code of each.
    """

    one: str
    other: str
    share: float
    common: int
    lines: tuple[tuple[int, int], ...]


def similar_pairs(
    programs: Mapping[str, Iterable[Fingerprint]], given: Iterable[Fingerprint] = ()
) -> tuple[Pair, ...]:
    """Find the pairs that are alike, the most alike first.

    `programs` maps a student to the fingerprints of the code; `given` are those of the template.
    Stretches of the template, and such that many students have, are left out.
    """
    handed_out = {hash for hash, _ in given}
    own: dict[str, dict[int, int]] = {}
    for student, found in programs.items():
        lines: dict[int, int] = {}
        for hash, line in found:
            if hash not in handed_out:
                lines.setdefault(hash, line)
        own[student] = lines
    holders: defaultdict[int, list[str]] = defaultdict(list)
    for student, lines in own.items():
        for hash in lines:
            holders[hash].append(student)
    most = max(FEWEST_FOR_COMMON - 1, int(COMMON_SHARE * len(own)))
    most = min(most, 40)  # in a large class, too, the pairs of a stretch stay few
    common = {hash for hash, students in holders.items() if len(students) > most}
    left = {student: len(lines.keys() - common) for student, lines in own.items()}
    shared: Counter[tuple[str, str]] = Counter()
    for hash, students in holders.items():
        if hash not in common:
            shared.update(combinations(sorted(students), 2))
    pairs = [
        _pair(one, other, count, own, common, left)
        for (one, other), count in shared.items()
        if count >= FEWEST_OWN and count >= ALIKE * min(left[one], left[other])
    ]
    pairs.sort(key=lambda pair: (-pair.share, -pair.common, pair.one, pair.other))
    return tuple(pairs[:MOST_PAIRS])


def _pair(
    one: str,
    other: str,
    count: int,
    own: Mapping[str, Mapping[int, int]],
    common: set[int],
    left: Mapping[str, int],
) -> Pair:
    both = (own[one].keys() & own[other].keys()) - common
    lines = sorted((own[one][hash], own[other][hash]) for hash in both)
    return Pair(one, other, count / min(left[one], left[other]), count, tuple(lines))
