"""Weights of tiles as parts of the subject: faces if there are any, else where the camera focused, else the salient.

What stands out is found in a reduction so small that focus hardly alters it: the subject is the same in a frame that
misses it. Sources: Hou and Zhang, "Saliency detection: a spectral residual approach", CVPR 2007; borders belong to the
background: Zhu, Liang, Wei and Sun, "Saliency optimization from robust background detection", CVPR 2014; subjects lie
near the centre: Judd, Ehinger, Durand and Torralba, "Learning to predict where humans look", ICCV 2009.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import scipy.fft
from PIL import Image
from scipy.ndimage import gaussian_filter

from critic_core.contracts.critique import AfArea, Face, SubjectSource
from critic_core.imaging.decode import Pixels
from critic_core.imaging.focus.detail import TILES, Tiles

Floats = npt.NDArray[np.float32]

_SIDE = 64
_CENTRE_SPREAD = 0.15  # standard deviation, share of a side
_BORDER = 6  # pixels of 64
_COLOUR_NOISE = 20.0  # variance, levels²
_LEAST_FACE = 0.5  # of the largest face: smaller faces are not meant
_OUTLINE = 0.2  # share of a face's sides
_LEAST_AF_SIDE = 0.15  # share of a side: areas are small, and the subject is larger
_AF_SHARE = 0.7  # of the weights; what stands out decides where the areas of two frames differ


def subject_tiles(pixels: Pixels, faces: Sequence[Face], area: AfArea | None = None) -> tuple[Tiles, SubjectSource]:
    """Weights with a sum of 1."""
    if faces:
        return _normalised(_face_tiles(faces)), SubjectSource.faces
    salient = _normalised(_salient_tiles(pixels))
    if area is None:
        return salient, SubjectSource.saliency
    return _AF_SHARE * _normalised(_af_tiles(area)) + (1 - _AF_SHARE) * salient, SubjectSource.af_area


def prominent(faces: Sequence[Face]) -> list[Face]:
    """The faces that a photo is of: at least half as high as the largest."""
    largest = max((face.height for face in faces), default=0.0)
    return [face for face in faces if face.height >= _LEAST_FACE * largest]


def _face_tiles(faces: Sequence[Face]) -> Tiles:
    """Faces without their outlines, which belong to what lies behind as well."""
    tiles = np.zeros((TILES, TILES), np.float32)
    for face in prominent(faces):
        left, width = face.left + _OUTLINE * face.width, (1 - 2 * _OUTLINE) * face.width
        tiles += _coverage(left, face.top + _OUTLINE * face.height, width, (1 - 2 * _OUTLINE) * face.height)
    return tiles


def _af_tiles(area: AfArea) -> Tiles:
    width, height = max(area.width, _LEAST_AF_SIDE), max(area.height, _LEAST_AF_SIDE)
    left, top = area.left + (area.width - width) / 2, area.top + (area.height - height) / 2
    return _coverage(left, top, width, height)


def _coverage(left: float, top: float, width: float, height: float) -> Tiles:
    """Share of each tile that a box covers."""
    edges = np.arange(TILES) / TILES
    rows = np.clip(np.minimum(edges + 1 / TILES, top + height) - np.maximum(edges, top), 0, None)
    columns = np.clip(np.minimum(edges + 1 / TILES, left + width) - np.maximum(edges, left), 0, None)
    return np.asarray(np.outer(rows, columns) * TILES**2, np.float32)


def _salient_tiles(pixels: Pixels) -> Tiles:
    """What differs from the borders in colour, and from its spectrum's trend, near the centre."""
    small = Image.fromarray(pixels).resize((_SIDE, _SIDE), Image.Resampling.BOX, reducing_gap=2.0)
    colours = _opponent(np.asarray(small, np.float32))
    residual = _spectral_residual(np.ascontiguousarray(np.moveaxis(colours, 2, 0)))
    saliency = np.sqrt(_tile_means(residual)) * _tile_means(_distance_from_border(colours))
    return np.asarray((saliency + 1e-3 * saliency.max() + 1e-9) * _PRIOR, np.float32)


def _opponent(colours: Floats) -> Floats:
    """Brightness, red against green, blue against yellow: `[64, 64, 3]`."""
    red, green, blue = np.moveaxis(colours, 2, 0)
    return np.stack([(red + green + blue) / 3, red - green, blue - (red + green) / 2], axis=2)


def _spectral_residual(channels: Floats) -> Floats:
    """`[64, 64]` of `[3, 64, 64]`: where the channels differ from what their spectra let expect, by their contrast."""
    spectrum = scipy.fft.rfft2(channels)
    magnitude = np.abs(spectrum)
    amplitude = np.log(magnitude + 1e-3)
    residual = np.exp(amplitude - _mean_of_nine(amplitude)) * spectrum / np.maximum(magnitude, 1e-30)
    energy = scipy.fft.irfft2(residual, channels.shape[1:]) ** 2
    return np.asarray(gaussian_filter(np.einsum("chw,c->hw", energy, channels.std(axis=(1, 2))), 3.0))


def _mean_of_nine(amplitude: Floats) -> Floats:
    """Of each frequency and its neighbours, `[c, 64, 33]`: the half that a real image's spectrum repeats."""
    before, after = _mirrored(amplitude[..., 1]), _mirrored(amplitude[..., -2])
    wide = np.concatenate([before[..., None], amplitude, after[..., None]], axis=2)
    across = wide[..., :-2] + wide[..., 1:-1] + wide[..., 2:]
    return np.asarray((np.roll(across, 1, axis=1) + across + np.roll(across, -1, axis=1)) / 9)


def _mirrored(column: Floats) -> Floats:
    """The column of the opposite frequency, `[c, 64]`."""
    return np.roll(column[:, ::-1], 1, axis=1)


def _distance_from_border(colours: Floats) -> Floats:
    """`[64, 64]`: Mahalanobis distance of each colour from those of the photo's border."""
    border = colours[_ON_BORDER]
    spread = np.linalg.inv(np.cov(border.T) + _COLOUR_NOISE * np.eye(3)).astype(np.float32)
    offsets = (gaussian_filter(colours, (1, 1, 0)) - border.mean(axis=0)).reshape(-1, 3)
    return np.asarray(np.sqrt(((offsets @ spread) * offsets).sum(axis=1)).reshape(_SIDE, _SIDE))


def _tile_means(values: Floats) -> Floats:
    side = _SIDE // TILES
    return np.asarray(values.reshape(TILES, side, TILES, side).mean(axis=(1, 3)))


def _centre_prior() -> Tiles:
    distance = (np.arange(TILES) + 0.5) / TILES - 0.5
    profile = np.exp(-0.5 * (distance / _CENTRE_SPREAD) ** 2)
    return np.outer(profile, profile).astype(np.float32)


def _normalised(tiles: Tiles) -> Tiles:
    return np.asarray(tiles / max(1e-9, float(tiles.sum())), np.float32)


def _border() -> npt.NDArray[np.bool_]:
    on_border = np.ones((_SIDE, _SIDE), bool)
    on_border[_BORDER:-_BORDER, _BORDER:-_BORDER] = False
    return on_border


_ON_BORDER = _border()
_PRIOR = _centre_prior()
