"""How good the photos of an album are, and which of near duplicates is the best.

Of near duplicates the score says little, and what was technically lost says much: they show the same thing, so that
fine detail and intact highlights compare them fairly. Photos of different things are not compared by that (a beautiful
soft photo goes before a crisp dull one), so between groups only faults of the worst twentieth of photos count, and
little. All of it adds up in log-odds:

    preference = ln(score / (100 − score)) + DETAIL · ln(fine detail, levels) − HIGHLIGHTS · √(highlights, %)

The two weights are fitted on photographs and their worse copies (logistic regression on differences, both shipped
models together; docs/measurements.md tells what they achieve on other photographs):

    python -m tests.load.best_of_group --photos ../shared/data --fit
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from critic_core.contracts.album import Marks
from critic_core.contracts.critique import PropertyName
from critic_worker.albums.linkage import Numbers

Floats = npt.NDArray[np.float64]

DETAIL, HIGHLIGHTS = 3.7, 0.7
LEAST_DETAIL, MUCH_IN_HIGHLIGHTS = 1.22, 20.8  # levels and %: the worst twentieth of 1,627 photographs
MOST_BETWEEN_GROUPS = 1.0  # log-odds that faults may cost a photo against photos of other things
MOST_WITHIN_GROUP = 2.0  # log-odds between the best of a group and a copy of which nothing is left
_NO_DETAIL = 0.3  # levels: less than that nobody sees
_CERTAIN = 1e-4  # of a probability: how near 0 and 1 it may come
_MEDIANS = {PropertyName.fine_detail: 4.17, PropertyName.highlights: 0.98}  # for critiques that know neither


def quality(marks: Sequence[Marks], near: Numbers) -> Floats:
    """`[N]`, 0 to 100, comparable over the album; `near` `[N]`: the group of near duplicates of each photo.

    The preferred photo of a group has its own quality, and the others are below it, in the order of preference. What
    one group is worth does not depend on any other.
    """
    preferred, best = preference(marks), best_of(marks, near)
    behind = preferred[best] - preferred
    lost = MOST_WITHIN_GROUP * behind / (MOST_WITHIN_GROUP + behind)
    return _percent((_log_odds(marks) - _faults(marks))[best] - lost)


def preference(marks: Sequence[Marks]) -> Floats:
    """`[N]`, log-odds: which of near duplicates is better, and how clearly. Of different things it says nothing."""
    return _log_odds(marks) + _detail(marks) - _blown(marks)


def best_of(marks: Sequence[Marks], near: Numbers) -> Numbers:
    """The number of the preferred photo of each photo's group, `[N]`; of equals the first one."""
    order = np.lexsort((np.arange(len(marks)), -preference(marks), near))
    _, first, group = np.unique(near[order], return_index=True, return_inverse=True)
    best = np.empty(len(marks), np.int64)
    best[order] = order[first][group]
    return best


def value_of(marks: Sequence[Marks], name: PropertyName) -> Floats:
    """A property of each photo, `[N]`; the usual one where a critique is older than the property."""
    return np.array([each.properties.get(name, _MEDIANS.get(name, np.nan)) for each in marks], np.float64)


def _log_odds(marks: Sequence[Marks]) -> Floats:
    share = np.array([each.score for each in marks], np.float64) / 100
    return np.asarray(np.log((share + _CERTAIN) / (1 - share + _CERTAIN)))


def _detail(marks: Sequence[Marks]) -> Floats:
    return np.asarray(DETAIL * np.log(np.hypot(value_of(marks, PropertyName.fine_detail), _NO_DETAIL)))


def _blown(marks: Sequence[Marks]) -> Floats:
    return np.asarray(HIGHLIGHTS * np.sqrt(value_of(marks, PropertyName.highlights)))


def _faults(marks: Sequence[Marks]) -> Floats:
    """What a photo lacks that nearly all others have, log-odds."""
    soft = DETAIL * np.log(np.hypot(LEAST_DETAIL, _NO_DETAIL)) - _detail(marks)
    white = _blown(marks) - HIGHLIGHTS * np.sqrt(MUCH_IN_HIGHLIGHTS)
    return np.asarray(np.minimum(np.maximum(soft, 0) + np.maximum(white, 0), MOST_BETWEEN_GROUPS))


def _percent(log_odds: Floats) -> Floats:
    return np.asarray(100 / (1 + np.exp(-log_odds)))
