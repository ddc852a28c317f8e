"""An owner's taste: a small model on top of the common score, trained on the owner's decisions."""

from datetime import datetime
from enum import StrEnum

from pydantic import Field

from critic_core.contracts.base import Contract
from critic_core.contracts.critique import PropertyName

TASTE_TASK = "critic.train_taste"  # name of the Celery task; argument: owner
MIN_DECISIONS, MIN_OF_KIND, MIN_SCENES = 50, 10, 10


class TasteState(StrEnum):
    """What is known of an owner's taste."""

    off = "off"
    too_few = "too_few"
    unproven = "unproven"
    proven = "proven"


class HeldOut(Contract):
    """The quality of a taste on decisions of the owner that it was not trained on (cross-validated by scene).

    Accuracy: share of the pairs of a picked and a rejected picture of one album with the picked one ahead.
    """

    pairs: int
    common: float = Field(description="Accuracy of the common score")
    taste: float = Field(description="Accuracy with the taste")
    gain: float = Field(description="`taste` − `common`")
    gain_low: float = Field(description="Lower end of the gain's 95 % interval (bootstrap over scenes)")
    gain_high: float = Field(description="Upper end of the gain's 95 % interval")


class Taste(Contract):
    """The owner's taste. In use while `enabled` and `proven`: in groups, selections and exports of the owner's albums.

    The score of a photo never depends on it.
    """

    enabled: bool = False
    state: TasteState = Field(
        default=TasteState.off,
        description="`too_few`: fewer than 50 decided pictures, or than 10 picked ones, rejected ones or scenes; "
        "`unproven`: no gain beyond chance on held-out decisions; `proven`: gain_low above 0",
    )
    decisions: int = Field(default=0, description="Decided pictures: near duplicates count as one")
    held_out: HeldOut | None = None
    version: str | None = Field(default=None, description="Of the model; none before the first training")
    trained_at: datetime | None = None


class TasteSwitch(Contract):
    """On or off."""

    enabled: bool = Field(strict=True)  # 0 and "no" are mistakes


class TasteModel(Contract):
    """Log-odds added to those of the common score; a mean of 0 over an album."""

    format: int = 1
    network: str = Field(description="`weights_sha256` of the network behind the embeddings")
    score: float = Field(description="Times the log-odds of the common score")
    properties: dict[PropertyName, float] = Field(description="Times the position in the usual range: 0 low, 1 high")
    embedding: str = Field(description="Weights of the embedding, float32 little-endian, base64")


class TasteExport(Contract):
    """A taste as a file: the model with its evidence."""

    taste: Taste
    model: TasteModel
