"""Tastes as workers store them."""

import base64
from datetime import UTC, datetime

import numpy as np

from critic_core.contracts.critique import PropertyName
from critic_core.contracts.taste import HeldOut, Taste, TasteModel, TasteState
from critic_core.stores.tastes import TasteStore

HELD_OUT = HeldOut(pairs=600, common=0.7, taste=0.78, gain=0.08, gain_low=0.03, gain_high=0.13)


def make_taste(state: TasteState = TasteState.proven, version: str = "v1") -> Taste:
    return Taste(
        enabled=True, state=state, decisions=60, held_out=HELD_OUT, version=version, trained_at=datetime.now(UTC)
    )


def make_model(embedding: list[float], exposure: float = 0.0, network: str = "w") -> TasteModel:
    """For photos of that network."""
    weights = base64.b64encode(np.array(embedding, "<f4").tobytes()).decode()
    return TasteModel(network=network, score=0, properties={PropertyName.exposure: exposure}, embedding=weights)


def save_taste(tastes: TasteStore, owner: str, taste: Taste, model: TasteModel | None = None) -> None:
    """Store a taste that is trained on all decisions of the owner."""
    tastes.switch(owner, taste.enabled)
    assert tastes.save(owner, tastes.begin(owner), tastes.basis(owner), taste, model or make_model([1.0, 0.0]))
