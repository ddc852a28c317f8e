"""What the usual ways of shrinking fc6 and fc7 would cost, had they been stored as dense matrices.

For the table only: the shipped graph keeps the exact block-diagonal and low-rank factors. Sizes count the convolutions
(float16) and fc6, fc7 as the form stores them.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from critic_training.assemble import Compact
from critic_training.dataset import Floats

CONVOLUTION_BYTES = 2_469_696 * 2
FC6 = (4096, 9216)
FC7 = (4096, 4096)


@dataclass(frozen=True)
class DenseForm:
    """`rating` is any increasing function of the probability: enough for rank correlation."""

    name: str
    megabytes: float
    rating: Floats


def dense_forms(parts: Compact, maps: Floats) -> Iterator[DenseForm]:
    """Truncated SVD of both matrices at several ranks, and 8- and 4-bit codes of both, asked about `maps`."""
    read = _readout(parts)
    for rank in (256, 512, 1024, 2048):
        factors = rank * sum(FC6) + min(rank, 512) * sum(FC7)
        fc7 = _fc7_of_rank(parts, read, min(rank, 512))
        yield DenseForm(
            f"SVD, rank {rank}, float16",
            _megabytes(factors * 2),
            _rating(parts, _fc6_of_rank(parts.fc6, rank), fc7, maps),
        )
    for bits in (8, 4):
        fc7 = _rounded(parts.fc7 @ read, bits, group=32)
        stored = (FC6[0] * FC6[1] + FC7[0] * FC7[1]) * bits // 8
        scales = (FC6[0] * FC6[1] // 36 + FC7[0] * FC7[1] // 32) * 2
        yield DenseForm(
            f"int{bits}, a scale for 36 or 32 weights",
            _megabytes(stored + scales),
            _rating(parts, _rounded(parts.fc6, bits, group=36), fc7, maps),
        )


def _rating(parts: Compact, fc6: Floats, fc7: Floats, maps: Floats) -> Floats:
    units = np.maximum(np.einsum("ncp,ckp->nck", maps, fc6, optimize=True) + parts.fc6_bias, 0)
    bias = parts.fc7 @ parts.readout_bias.reshape(-1) + parts.fc7_bias
    hidden = np.maximum(units.reshape(len(maps), -1) @ fc7.T + bias, 0)
    rating: Floats = hidden @ parts.fc8[1]
    return rating


def _readout(parts: Compact) -> Floats:
    channels, two, units = parts.readout.shape
    read = np.zeros((channels, two, channels, units), np.float32)
    each = np.arange(channels)
    read[each, :, each] = parts.readout
    return read.reshape(channels * two, channels * units)


def _fc6_of_rank(blocks: Floats, rank: int) -> Floats:
    """The singular values of a block-diagonal matrix are those of its blocks."""
    left, values, right = np.linalg.svd(blocks, full_matrices=False)
    least = np.sort(values.ravel())[::-1][rank - 1]
    kept = np.where(values >= least, values, 0)
    truncated: Floats = (left * kept[:, None, :]) @ right
    return truncated


def _fc7_of_rank(parts: Compact, read: Floats, rank: int) -> Floats:
    if rank >= len(read):
        return parts.fc7 @ read
    q, r = np.linalg.qr(read.T)  # fc7 = parts.fc7 @ read = (parts.fc7 @ r.T) @ q.T: a small matrix to decompose
    left, values, right = np.linalg.svd(parts.fc7 @ r.T, full_matrices=False)
    truncated: Floats = ((left[:, :rank] * values[:rank]) @ right[:rank]) @ q.T
    return truncated


def _rounded(values: Floats, bits: int, group: int) -> Floats:
    grouped = values.reshape(-1, group)
    top = 2 ** (bits - 1) - 1
    scale = np.maximum(np.abs(grouped).max(1, keepdims=True), 1e-12) / top
    rounded: Floats = (np.rint(grouped / scale) * scale).reshape(values.shape)
    return rounded


def _megabytes(stored: int) -> float:
    return (stored + CONVOLUTION_BYTES) / 1e6
