"""Everything one may turn, with its unit and the reason for its value.

None of these was chosen on Vessel's photos, nor on the folds that the metrics come from, except where it says so.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Knobs:
    """The values the shipped model was trained with."""

    seed: int = 7
    # pooling: fc6 has 4096 units for 256 channels: one is the average, so 15 are left to tell the maximum.
    maximum_units: int = 15
    pooling_steps: int = 2000  # of 16,384 single-channel maps each; the error is flat from about 1,500 on
    # teacher: the values of the published baseline, kept; mirror images halve C because every photo is there twice
    teacher_c: float = 3.0
    teacher_epsilon: float = 0.1  # rating points, on the 1 to 7 scale
    # distillation of the teacher into fc7 and fc8
    hidden_units: int = 4096  # AlexNet's own fc7
    distil_steps: int = 600
    distil_batch: int = 768
    distil_rate: float = 1e-3  # AdamW, one-cycle
    blended_photos: int = 20_000  # points between two photos: they keep fc7 smooth where photos are rare
    # embedding
    embedding_size: int = 128
    # evaluation
    resamples: int = 2000  # bootstrap resamples of the photos
    good_share: float = 0.3  # good = top 30 %, bad = bottom 30 % within category
    largest_cost: float = 0.01  # Spearman a compressed form may lose
    parity_tolerance: float = 2e-3  # of the probability, PyTorch against ONNX Runtime
