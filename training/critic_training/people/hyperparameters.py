"""Hyperparameters of fitting to people's ratings, with unit and rationale."""

from dataclasses import dataclass


@dataclass(frozen=True)
class PeopleHyperparameters:
    """Defaults are the first of `CHOICES`, among which validation folds choose."""

    learning_rate: float = 1e-3  # AdamW with a short warm-up and cosine decay
    steps: int = 250
    dropout: float = 0.4
    warmup: int = 10  # steps
    ema_decay: float = 0.98
    # photos a step
    people_batch: int = 64
    pool_batch: int = 64
    copies_batch: int = 32  # pairs of photo and degraded copy, half of people's photos and half of the pool's
    mirrored_batch: int = 48  # pairs of photo and mirror image, a third of people's photos
    # weights of the losses, beside regression on people's ratings
    ranking: float = 0.5  # pairs of all photos, and again pairs of one kind
    pool: float = 0.5  # of all losses on the pool's ratings: they keep what the pool taught
    degraded: float = 0.4
    mirror: float = 0.4
    # features
    views: int = 5  # augmented views of each of people's photos
    crop: float = 0.12
    stretch: float = 0.08
    colour: float = 0.06
    pool_every: int = 3  # one pool photo in so many


CHOICES = (PeopleHyperparameters(), PeopleHyperparameters(learning_rate=2e-3, dropout=0.5))
