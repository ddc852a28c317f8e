"""Training of an owner's taste. Idempotent; the gateway repeats a lost request."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from critic_core.contracts.taste import (
    MIN_DECISIONS,
    MIN_OF_KIND,
    MIN_SCENES,
    Taste,
    TasteExport,
    TasteModel,
    TasteState,
)
from critic_core.runtime.logs import logger
from critic_core.stores.tastes import Basis
from critic_worker.albums.ranking.taste import same_network, taste_model
from critic_worker.context import WorkerContext
from critic_worker.taste.examples import DecidedPhoto, Examples, examples_of
from critic_worker.taste.held_out import fit_chosen, held_out

MAX_PHOTOS, MAX_PICTURES = 4000, 2000
"""Decided photos, and pictures, that a taste is trained on, those of the newest albums first: a few seconds."""

log = logger(__name__)


@dataclass(frozen=True)
class Training:
    """A taste and its model; none from too few decisions."""

    taste: Taste
    model: TasteModel | None = None


def train_taste(owner: str, context: WorkerContext) -> None:
    """Train on the decisions in the owner's albums, and store model and evidence; nothing for a deleted taste.

    An earlier model stays while fewer than half of its decisions are left: their albums expired, and the taste that
    they taught remains.
    """
    token = context.tastes.begin(owner)
    if token is None:
        return
    try:
        _train(owner, token, context)
    finally:
        context.tastes.end(owner, token)


def _train(owner: str, token: str, context: WorkerContext) -> None:
    basis, earlier = context.tastes.basis(owner), context.tastes.export(owner)
    training = trained(decided_photos(basis, context))
    if earlier and _is_better_founded(earlier, training):
        training = Training(earlier.taste, earlier.model)
    context.tastes.save(owner, token, basis, training.taste, training.model)
    log.info("taste_trained", decisions=training.taste.decisions, state=training.taste.state.value)


def decided_photos(basis: Basis, context: WorkerContext) -> list[DecidedPhoto]:
    """Picked and rejected photos, at most MAX_PHOTOS, of the network that scored most of them."""
    photos = list(_newest(basis, context))
    networks = Counter(photo.features.network for photo in photos if photo.features.network)
    if not networks:
        return []
    most_frequent = networks.most_common(1)[0][0]
    chosen = same_network([photo.features for photo in photos], most_frequent)
    return [photo for photo, is_chosen in zip(photos, chosen, strict=True) if is_chosen]


def trained(photos: Sequence[DecidedPhoto]) -> Training:
    """A model of photos of one network, with its evidence."""
    examples = _examples(photos)
    now, decisions = datetime.now(UTC), 0 if examples is None else len(examples)
    network = photos[0].features.network if photos else None
    if examples is None or network is None or not enough(examples):
        return Training(Taste(state=TasteState.too_few, decisions=decisions, trained_at=now))
    evidence, model = held_out(examples), taste_model(fit_chosen(examples), network)
    state = TasteState.proven if evidence.gain_low > 0 else TasteState.unproven
    version = hashlib.sha256(model.model_dump_json().encode()).hexdigest()[:12]
    taste = Taste(state=state, decisions=decisions, held_out=evidence, version=version, trained_at=now)
    return Training(taste, model)


def enough(examples: Examples) -> bool:
    """Whether a taste can be tested on so many decisions."""
    picked, scenes = int(examples.picked.sum()), len(np.unique(examples.scene))
    of_kind = min(picked, len(examples) - picked)
    return len(examples) >= MIN_DECISIONS and of_kind >= MIN_OF_KIND and scenes >= MIN_SCENES


def _newest(basis: Basis, context: WorkerContext) -> Iterator[DecidedPhoto]:
    left = MAX_PHOTOS
    for album_id in basis.albums:
        decided = context.albums.decided(album_id)
        flagged = [(features, decision.flag) for features, decision in decided if decision.flag is not None]
        yield from (DecidedPhoto(album_id, features, flag) for features, flag in flagged[:left])
        left -= len(flagged)
        if left <= 0:
            return


def _examples(photos: Sequence[DecidedPhoto]) -> Examples | None:
    examples = examples_of(photos) if photos else None
    return examples[np.arange(min(len(examples), MAX_PICTURES))] if examples else None


def _is_better_founded(earlier: TasteExport, training: Training) -> bool:
    same_network = training.model is None or training.model.network == earlier.model.network
    return same_network and earlier.taste.decisions > 2 * training.taste.decisions
