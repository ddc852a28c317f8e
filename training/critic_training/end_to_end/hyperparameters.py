"""Hyperparameters of training on the rated pool, with unit and rationale."""

from dataclasses import dataclass


@dataclass(frozen=True)
class PoolHyperparameters:
    """Defaults: the values of the shipped model, chosen on every twelfth photo of the pool."""

    seed: int = 7
    epochs: float = 6.0
    batch_size: int = 128  # photos a step, without copies and mirror images
    side: int = 224  # pixels of the network's input
    # AdamW
    learning_rate: float = 4e-4  # of pretrained layers
    new_layer_factor: float = 10.0
    weight_decay: float = 0.05  # none for biases and batch norm
    warmup: float = 0.05  # share of the steps
    max_gradient_norm: float = 2.0
    ema_decay: float = 0.99  # moving average of the weights; shorter in the first steps
    dropout: float = 0.4
    # augmentation
    crop: float = 0.2  # largest fraction of a side
    stretch: float = 0.08  # largest change of the aspect ratio
    colour: float = 0.06  # largest change of brightness, contrast and saturation
    degraded_share: float = 0.2  # fraction of a batch with a degraded copy
    mirrored_share: float = 0.2  # fraction of a batch with a mirror image beside the photo
    # weights of the losses
    regression: float = 1.0
    ranking: float = 0.5  # pairs of all photos
    within: float = 0.5  # pairs of one kind
    degraded: float = 0.3
    mirror: float = 0.3
    kind: float = 0.1
    distil: float = 0.0  # agreement with a teacher's ratings, of copies and mirror images too
    # shapes of the losses
    regression_beta: float = 0.5  # standard deviations in which the Huber loss is quadratic
    ranking_margin: float = 0.25  # standard deviations: pairs that are closer are left out
    degraded_margin: float = 0.3
    degraded_sharpness: float = 2.0


TAUGHT = PoolHyperparameters(
    epochs=9.0,
    learning_rate=5e-4,
    crop=0.3,  # a teacher's rating is right for any crop
    dropout=0.2,
    regression=0.5,
    ranking=0.3,
    within=0.3,
    distil=2.0,
)
"""With a teacher: the values of the shipped AlexNet."""
