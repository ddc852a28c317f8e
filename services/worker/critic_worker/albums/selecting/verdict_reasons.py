"""Why a photo has its verdict: the photographer's decision, ranks and the better photo with figures; then differences
from near duplicates, and properties outside the usual range. An ordinary value is no reason.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from critic_core.contracts.album import PhotoFeatures, Verdict
from critic_core.contracts.critique import PropertyName, Reason
from critic_core.imaging.properties.registry import MEASURES
from critic_worker.albums.explaining.reasons import BEST, EQUAL, WEAKER
from critic_worker.albums.features.property_values import VISIBLE_DETAIL_RATIO, VISIBLE_HIGHLIGHTS, VISIBLE_LIGHTNESS
from critic_worker.albums.selecting.selection import Selection, SelectionStatus
from critic_worker.albums.table import AlbumTable


@dataclass(frozen=True)
class VerdictText:
    """Verdict, code and sentence of a status; the fields of the sentence are those of `VerdictReasons`."""

    verdict: Verdict
    code: str
    sentence: str


VERDICTS: Mapping[SelectionStatus, VerdictText] = MappingProxyType(
    {
        SelectionStatus.selected: VerdictText(Verdict.keep, "among_the_best", "It is among the best: {ranks}."),
        SelectionStatus.picked: VerdictText(Verdict.keep, "picked_by_you", "You picked it."),
        SelectionStatus.runner_up: VerdictText(
            Verdict.maybe, "next_best", "It would be kept if twice as many were: {ranks}."
        ),
        SelectionStatus.weaker: VerdictText(Verdict.reject, WEAKER.code, "{best} is better: {differences}."),
        SelectionStatus.scene_full: VerdictText(
            Verdict.reject, "enough_of_scene", "Enough better photos of this scene are kept{of_scene}: {ranks}."
        ),
        SelectionStatus.chapter_full: VerdictText(
            Verdict.reject, "enough_of_chapter", "Enough better photos of this part of the shoot are kept: {ranks}."
        ),
        SelectionStatus.outranked: VerdictText(
            Verdict.reject, "outranked", "Enough other photos rank higher: {ranks}{last}."
        ),
        SelectionStatus.rejected: VerdictText(Verdict.reject, "rejected_by_you", "You rejected it."),
        SelectionStatus.unchosen: VerdictText(Verdict.reject, "chose_another", "You chose {best} instead."),
        SelectionStatus.best_rejected: VerdictText(
            Verdict.reject, "best_rejected_by_you", "You rejected {best}, the best of its moment."
        ),
        SelectionStatus.damaged: VerdictText(Verdict.maybe, "damaged", "A part of the file is damaged: look at it."),
    }
)

_SCORE_DIFFERENCE = 1.0
_NAMED = 2  # better photos of a scene


class VerdictReasons:
    """The reasons of the photos of an album."""

    def __init__(self, table: AlbumTable, selection: Selection) -> None:
        self._table, self._selection = table, selection
        self._best = selection.best[selection.moment]  # [N]
        self._rank = np.empty(len(selection.best), np.int64)
        self._rank[np.argsort(-table.quality[selection.best], kind="stable")] = np.arange(1, len(selection.best) + 1)
        self._scenes = _ranks_in_scenes(table, selection)
        chosen = selection.best[np.isin(selection.status[selection.best], _CHOSEN)]
        self._chosen_of_scene = defaultdict[int, list[str]](list)
        for photo in chosen.tolist():
            self._chosen_of_scene[int(table.levels.scene[photo])].append(self._name(photo))
        self._last = int(chosen[np.argmin(table.quality[chosen])]) if len(chosen) else None

    def status(self, photo: int) -> SelectionStatus:
        """The result of the selection. A damaged photo is no keeper by proposal."""
        status = SelectionStatus(self._selection.status[photo])
        is_keeper = status is SelectionStatus.selected
        return SelectionStatus.damaged if is_keeper and self._table.features[photo].damaged else status

    def of(self, photo: int) -> tuple[Reason, ...]:
        """The reasons of a photo, that of its verdict first; each code once."""
        status = self.status(photo)
        text = VERDICTS[status]
        sentence = text.sentence.format_map(self._fields(photo))
        is_favourable = text.verdict is not Verdict.reject and status is not SelectionStatus.damaged
        first = Reason(code=text.code, sentence=sentence, favourable=is_favourable)
        by_code: dict[str, Reason] = {}
        for reason in (first, *self._in_group(photo, status), *property_reasons(self._table.features[photo])):
            by_code.setdefault(reason.code, reason)
        return tuple(by_code.values())

    def _in_group(self, photo: int, status: SelectionStatus) -> Iterator[Reason]:
        """Differences from near duplicates; which one is best is a matter of the verdict."""
        outdated = {WEAKER.code} if status in _PROPOSED else {WEAKER.code, BEST.code, EQUAL.code}
        yield from (reason for reason in self._table.reasons[photo] if reason.code not in outdated)

    def _fields(self, photo: int) -> dict[str, str]:
        best = int(self._best[photo])
        return {
            "best": self._name(best),
            "differences": self._differences(photo, best),
            "ranks": self._ranks(photo),
            "of_scene": self._of_scene(photo),
            "last": self._last_chosen(photo),
        }

    def _ranks(self, photo: int) -> str:
        """`rank 12 of 237 pictures, 3 of 9 in its scene`."""
        moment = int(self._selection.moment[photo])
        rank, size = self._scenes[moment]
        scene = f", {rank} of {size} in its scene" if size > 1 else ""
        return f"rank {self._rank[moment]} of {len(self._rank)} pictures{scene}"

    def _differences(self, photo: int, best: int) -> str:
        ours, theirs = self._table.features[photo], self._table.features[best]
        figures = [*_figures(ours, theirs)]
        quality = self._table.quality
        return ", ".join(figures) or f"quality {quality[best]:.1f} instead of {quality[photo]:.1f}"

    def _of_scene(self, photo: int) -> str:
        names = self._chosen_of_scene.get(int(self._table.levels.scene[photo]), [])
        return f" ({', '.join(names[:_NAMED])})" if names else ""

    def _last_chosen(self, photo: int) -> str:
        if self._last is None:
            return ""
        quality, name = self._table.quality, self._name(self._last)
        return f"; {name}, the last kept one, has quality {quality[self._last]:.0f}, this one {quality[photo]:.0f}"

    def _name(self, photo: int) -> str:
        return self._table.name(photo) or "another photo"


_CHOSEN = (SelectionStatus.selected, SelectionStatus.picked)
_PROPOSED = (SelectionStatus.selected, SelectionStatus.runner_up)


def property_reasons(features: PhotoFeatures) -> tuple[Reason, ...]:
    """Reasons by the properties outside the usual range."""
    levels = ((MEASURES[name], value) for name, value in features.properties.items() if name in MEASURES)
    found = (measure.reasons.get(measure.level(value)) for measure, value in levels)
    return tuple(reason for reason in found if reason is not None)


def _ranks_in_scenes(table: AlbumTable, selection: Selection) -> list[tuple[int, int]]:
    """The rank of each moment in its scene, and the moments of that scene."""
    scene = table.levels.scene[selection.best]
    order = np.lexsort((-table.quality[selection.best], scene))
    _, first, of_moment, sizes = np.unique(scene[order], return_index=True, return_inverse=True, return_counts=True)
    ranks = np.empty((len(order), 2), np.int64)
    ranks[order] = np.stack([np.arange(len(order)) - first[of_moment] + 1, sizes[of_moment]], axis=1)
    return [(int(rank), int(size)) for rank, size in ranks]


def _figures(photo: PhotoFeatures, better: PhotoFeatures) -> Iterator[str]:
    """Visible differences: `fine detail 6.2 instead of 3.9`."""
    detail, brightness, highlights = (_values(name, better, photo) for name in _COMPARED)
    if detail and detail[1] < VISIBLE_DETAIL_RATIO * detail[0]:
        yield f"fine detail {detail[0]:.1f} instead of {detail[1]:.1f}"
    if brightness and abs(brightness[0] - brightness[1]) >= VISIBLE_LIGHTNESS:
        yield f"brightness {brightness[0]:.0f} instead of {brightness[1]:.0f}"
    if highlights and highlights[1] - highlights[0] >= VISIBLE_HIGHLIGHTS:
        yield f"{highlights[0]:.0f} % of lost highlights instead of {highlights[1]:.0f} %"
    if better.score - photo.score >= _SCORE_DIFFERENCE:
        yield f"score {better.score:.0f} instead of {photo.score:.0f}"


_COMPARED = (PropertyName.fine_detail, PropertyName.exposure, PropertyName.highlights)


def _values(name: PropertyName, better: PhotoFeatures, photo: PhotoFeatures) -> tuple[float, float] | None:
    """The property of both photos; none where a critique is older than the property."""
    values = better.properties.get(name), photo.properties.get(name)
    return (values[0], values[1]) if values[0] is not None and values[1] is not None else None
