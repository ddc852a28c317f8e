"""Complete linkage: all members of a group are similar to each other, so that gradual change makes no chain.

Distances come as pairs, in units of the threshold: pairs up to 1 belong together, and any other pair is further apart.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial.distance import squareform

from critic_core.contracts.errors import TooManyPairs
from critic_worker.arrays import Float32Array, Int64Array

_APART = 2.0  # any distance over 1
MAX_LINKED = 12_000  # photos of a chain of similar pairs: 1.7 GB of distances


@dataclass(frozen=True)
class Pairs:
    """Photos `first[k] < second[k]` at `distance[k]`, 0 to 1; each pair at most once. All `[K]`."""

    first: Int64Array
    second: Int64Array
    distance: Float32Array


def complete_linkage(count: int, pairs: Pairs) -> Int64Array:
    """The group of each of `count` photos, `[count]`: numbers from 0, in the order of their first photo.

    Ties fall by position: a caller that needs independence of the order has to sort first. Raises TooManyPairs for a
    chain of more than MAX_LINKED photos.
    """
    links = coo_array((np.ones(len(pairs.first), np.int8), (pairs.first, pairs.second)), shape=(count, count))
    components, component = connected_components(links, directed=False)
    pair_component = component[pairs.first]
    sizes = np.bincount(component, minlength=components)
    pair_counts = np.bincount(pair_component, minlength=components)
    group = component.astype(np.int64)
    for incomplete in np.flatnonzero(pair_counts < sizes * (sizes - 1) // 2):  # all other components are cliques
        members = np.flatnonzero(component == incomplete)
        if len(members) > MAX_LINKED:
            raise TooManyPairs
        of_component = np.flatnonzero(pair_component == incomplete)
        group[members] = components + incomplete * count + _split(members, pairs, of_component)
    return _renumber(group)


def _split(members: Int64Array, pairs: Pairs, chosen: Int64Array) -> Int64Array:
    """The groups of one connected component."""
    distance = np.full((len(members), len(members)), _APART)
    rows, columns = (np.searchsorted(members, side[chosen]) for side in (pairs.first, pairs.second))
    distance[rows, columns] = distance[columns, rows] = pairs.distance[chosen]
    np.fill_diagonal(distance, 0)
    return np.asarray(fcluster(linkage(squareform(distance, checks=False), "complete"), 1.0, "distance"), np.int64)


def _renumber(group: Int64Array) -> Int64Array:
    _, first, number = np.unique(group, return_index=True, return_inverse=True)
    return np.asarray(np.argsort(np.argsort(first))[number], np.int64)


def merge_pairs(count: int, first: Pairs, second: Pairs) -> Pairs:
    """The pairs of both, at the smaller of two distances; of `count` photos."""
    key = np.concatenate([first.first * count + first.second, second.first * count + second.second])
    distance = np.concatenate([first.distance, second.distance])
    order = np.lexsort((distance, key))
    keys, index = np.unique(key[order], return_index=True)
    low, high = np.divmod(keys, max(1, count))
    return Pairs(low, high, distance[order][index])


def group_members(group: Int64Array) -> Iterator[Int64Array]:
    """The members, in their order, of each group of at least two; negative numbers are no group."""
    order = np.argsort(group, kind="stable")
    groups = np.split(order, np.flatnonzero(np.diff(group[order])) + 1)
    return (members for members in groups if len(members) > 1 and group[members[0]] >= 0)


def group_pairs(pairs: Pairs, group: Int64Array) -> Pairs:
    """Pairs of groups at the distance of their furthest photos; groups with an unlisted pair of photos are apart."""
    first, second = group[pairs.first], group[pairs.second]
    across = first != second
    low, high = np.minimum(first, second)[across], np.maximum(first, second)[across]
    sizes = np.bincount(group)
    key, index = np.unique(low * len(sizes) + high, return_inverse=True)
    low, high = np.divmod(key, max(1, len(sizes)))
    furthest = np.zeros(len(key), np.float32)
    np.maximum.at(furthest, index, pairs.distance[across])
    complete = np.bincount(index, minlength=len(key)) == sizes[low] * sizes[high]
    return Pairs(low[complete], high[complete], furthest[complete])
