"""Views of a thumbnail after turns and zooms about its centre, as sparse matrices: one product computes them all."""

from collections.abc import Iterable

import numpy as np
from scipy.sparse import csr_array

from critic_worker.albums.thumbnails.shifts import SIDE
from critic_worker.arrays import Float32Array, Float64Array

_LAST = SIDE - 1


def view_matrix(turns: Iterable[tuple[float, float]]) -> csr_array:
    """For turns in degrees with zoom factors, V in number: `[V · 1024, 1024]` from the pixels of a thumbnail, bilinear.

    Beyond the edge, its pixels repeat.
    """
    axis = np.arange(SIDE) - _LAST / 2
    grid = axis[:, None] * 1j + axis  # complex numbers turn and zoom by one factor
    places = np.stack([grid * np.exp(-1j * np.radians(degrees)) / zoom for degrees, zoom in turns]).ravel()
    down, across = (np.clip(part + _LAST / 2, 0, _LAST) for part in (places.imag, places.real))
    top, left = (np.minimum(part.astype(np.int64), _LAST - 1) for part in (down, across))
    corners = [
        (step, side, _share(down - top, step) * _share(across - left, side)) for step in (0, 1) for side in (0, 1)
    ]
    columns = np.concatenate([(top + step) * SIDE + left + side for step, side, _ in corners])
    values = np.concatenate([weight for _, _, weight in corners]).astype(np.float32)
    rows = np.tile(np.arange(len(places)), len(corners))
    return csr_array((values, (rows, columns)), shape=(len(places), SIDE**2))


def views(matrix: csr_array, thumbnail: Float32Array) -> Float32Array:
    """`[V, 32, 32]` of a thumbnail `[32, 32]`."""
    return np.asarray((matrix @ thumbnail.ravel()).reshape(-1, SIDE, SIDE), np.float32)


def _share(fraction: Float64Array, side: int) -> Float64Array:
    """Of the neighbour before (0) or after (1) a place between both."""
    return fraction if side else 1 - fraction
