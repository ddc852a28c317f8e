"""A large matrix as the product of two thin ones, chosen so that the layer's outputs for real photos change least.

Plain truncated SVD keeps what is large in the weights; photos do not use all of it. Source of the other way: Zhang et
al., "Accelerating very deep convolutional networks" (2015), section 3.1, the linear case.
"""

from dataclasses import dataclass

import numpy as np

from critic_training.data.photo_sets import Floats


@dataclass(frozen=True)
class Factors:
    """`x · first.T · second.T + bias`: first `[rank, I]`, second `[O, rank]`, bias `[O]`."""

    first: Floats
    second: Floats
    bias: Floats


@dataclass(frozen=True)
class Span:
    """Principal components of a layer's outputs: their mean `[O]`, and directions `[O, O]`, strongest first."""

    mean: Floats
    directions: Floats


def span(outputs: Floats) -> Span:
    """Of a layer's outputs for photos, `[N, O]`, bias included."""
    mean = outputs.mean(0)
    centred = (outputs - mean).astype(np.float64)
    _, vectors = np.linalg.eigh(centred.T @ centred)
    return Span(mean, vectors[:, ::-1].astype(np.float32))


def by_outputs(weight: Floats, bias: Floats, rank: int, used: Span) -> Factors:
    """Only the `rank` directions that the outputs vary in most."""
    strongest = np.ascontiguousarray(used.directions[:, :rank])
    offset = strongest @ (strongest.T @ (bias - used.mean)) + used.mean
    return Factors(strongest.T @ weight, strongest, offset)
