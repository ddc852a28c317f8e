"""Groups of which all photos are alike, each with each: complete linkage, so that gradual change makes no chain.

Distances are told as pairs, in units of the threshold: 1 is the largest that still belongs together, and a pair that is
not told is further apart than that.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial.distance import squareform

Numbers = npt.NDArray[np.int64]
_APART = 2.0  # any distance over 1


@dataclass(frozen=True)
class Pairs:
    """Photos `one[k] < other[k]` are `distance[k]` apart, 0 to 1; each pair at most once. All `[K]`."""

    one: Numbers
    other: Numbers
    distance: npt.NDArray[np.float32]


def groups(count: int, pairs: Pairs) -> Numbers:
    """The group of each of `count` photos, `[count]`: numbers from 0, in the order of their first photo.

    Ties fall by position: whoever wants answers that do not depend on an order sorts first.
    """
    links = coo_array((np.ones(len(pairs.one), np.int8), (pairs.one, pairs.other)), shape=(count, count))
    parts, part = connected_components(links, directed=False)
    within = part[pairs.one]
    sizes, told = np.bincount(part, minlength=parts), np.bincount(within, minlength=parts)
    group = part.astype(np.int64)
    for loose in np.flatnonzero(told < sizes * (sizes - 1) // 2):  # in all others each is like each
        members = np.flatnonzero(part == loose)
        group[members] = parts + loose * count + _split(members, pairs, np.flatnonzero(within == loose))
    return _numbered(group)


def _split(members: Numbers, pairs: Pairs, chosen: Numbers) -> Numbers:
    """The groups of one connected part."""
    distance = np.full((len(members), len(members)), _APART)
    rows, columns = (np.searchsorted(members, side[chosen]) for side in (pairs.one, pairs.other))
    distance[rows, columns] = distance[columns, rows] = pairs.distance[chosen]
    np.fill_diagonal(distance, 0)
    return np.asarray(fcluster(linkage(squareform(distance, checks=False), "complete"), 1.0, "distance"), np.int64)


def _numbered(group: Numbers) -> Numbers:
    _, first, number = np.unique(group, return_index=True, return_inverse=True)
    return np.asarray(np.argsort(np.argsort(first))[number], np.int64)


def together(group: Numbers) -> Iterator[Numbers]:
    """The members of each group that has at least two, in their order; negative numbers are of no group."""
    order = np.argsort(group, kind="stable")
    parts = np.split(order, np.flatnonzero(np.diff(group[order])) + 1)
    return (members for members in parts if len(members) > 1 and group[members[0]] >= 0)


def lifted(pairs: Pairs, group: Numbers) -> Pairs:
    """Pairs of photos as pairs of their groups, as far apart as their furthest photos; only where all are told."""
    one, other = group[pairs.one], group[pairs.other]
    across = one != other
    low, high = np.minimum(one, other)[across], np.maximum(one, other)[across]
    sizes = np.bincount(group)
    key, place = np.unique(low * len(sizes) + high, return_inverse=True)
    first, second = np.divmod(key, max(1, len(sizes)))
    furthest = np.zeros(len(key), np.float32)
    np.maximum.at(furthest, place, pairs.distance[across])
    whole = np.bincount(place, minlength=len(key)) == sizes[first] * sizes[second]
    return Pairs(first[whole], second[whole], furthest[whole])
