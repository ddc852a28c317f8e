"""Colour described by primaries and a transfer function (nclx, cICP, gAMA and cHRM, EXIF) instead of an ICC profile.

Sources: ITU-T H.273 (code points), BT.2100 (PQ, HLG), BT.2408 (reference white at 203 cd/m²), IEC 61966-2-1 (sRGB).
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from critic_core.imaging.tone_mapping import to_displayable

Float = npt.NDArray[np.floating]
Pixels = npt.NDArray[np.uint8]
Chromaticities = tuple[float, float, float, float, float, float, float, float]
"""x and y of red, green, blue, white."""

REFERENCE_WHITE = 203.0  # cd/m²
_HLG_PEAK, _HLG_GAMMA = 1000.0, 1.2
_D65 = (0.3127, 0.329)
BT_709: Chromaticities = (0.64, 0.33, 0.3, 0.6, 0.15, 0.06, *_D65)
ADOBE_RGB: Chromaticities = (0.64, 0.33, 0.21, 0.71, 0.15, 0.06, *_D65)
_PRIMARIES: dict[int, Chromaticities] = {
    4: (0.67, 0.33, 0.21, 0.71, 0.14, 0.08, 0.31, 0.316),
    5: (0.64, 0.33, 0.29, 0.6, 0.15, 0.06, *_D65),
    6: (0.63, 0.34, 0.31, 0.595, 0.155, 0.07, *_D65),
    7: (0.63, 0.34, 0.31, 0.595, 0.155, 0.07, *_D65),
    9: (0.708, 0.292, 0.17, 0.797, 0.131, 0.046, *_D65),
    11: (0.68, 0.32, 0.265, 0.69, 0.15, 0.06, 0.314, 0.351),
    12: (0.68, 0.32, 0.265, 0.69, 0.15, 0.06, *_D65),
    22: (0.63, 0.34, 0.295, 0.605, 0.155, 0.077, *_D65),
}
_GAMMAS = {4: 2.2, 5: 2.8, 8: 1.0, 17: 2.6}
PQ, HLG = 16, 18
_BRADFORD = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])


@dataclass(frozen=True)
class CodePoints:
    """`gamma`: exponent of a power function, None for sRGB's curve; `transfer`: PQ or HLG, which precede `gamma`."""

    primaries: Chromaticities = BT_709
    gamma: float | None = None
    transfer: int | None = None

    @property
    def is_hdr(self) -> bool:
        """Brighter than white is possible."""
        return self.transfer in (PQ, HLG) or self.gamma == 1.0


SRGB = CodePoints()
LINEAR = CodePoints(gamma=1.0)


def from_h273(primaries: int, transfer: int) -> CodePoints:
    """Unknown codes count as sRGB, and so do the curves of video (BT.709, 601, 2020), which screens show as sRGB."""
    return CodePoints(
        _PRIMARIES.get(primaries, BT_709), _GAMMAS.get(transfer), transfer if transfer in (PQ, HLG) else None
    )


def to_srgb(values: Float, colour: CodePoints) -> tuple[Pixels, bool]:
    """`values` `[h, w, 3]`, 0 to 1 (linear light: without limit) as sRGB; True if tone-mapped."""
    linear = _linear(values, colour) @ _to_bt_709(colour.primaries).T
    bright = colour.is_hdr and (colour.transfer is not None or values.max() > 1)  # beside it, a larger gamut exceeds 1
    shown, mapped = to_displayable(linear.astype(np.float32)) if bright else (linear, False)
    return encode_srgb(shown), mapped


def encode_srgb(linear: npt.NDArray[np.floating]) -> Pixels:
    """Linear light, 1 is white, as sRGB levels."""
    light = np.clip(linear, 0, 1)
    coded = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    return np.asarray(coded * 255 + 0.5, np.uint8)


def decode_srgb(values: Float) -> Float:
    """sRGB, 0 to 1, as linear light."""
    return np.asarray(np.where(values <= 0.04045, values / 12.92, ((np.maximum(values, 0) + 0.055) / 1.055) ** 2.4))


def _linear(values: Float, colour: CodePoints) -> Float:
    """Linear light; 1 is white."""
    if colour.transfer == PQ:
        return _from_pq(values)
    if colour.transfer == HLG:
        return _from_hlg(values)
    if colour.gamma is not None:
        return np.asarray(np.maximum(values, 0) ** np.float32(colour.gamma))
    return decode_srgb(values)


def _from_pq(values: Float) -> Float:
    power = np.clip(values, 0, 1) ** (1 / 78.84375)
    light = np.maximum(power - 0.8359375, 0) / (18.8515625 - 18.6875 * power)
    return np.asarray(light ** (1 / 0.1593017578125) * (10_000 / REFERENCE_WHITE))


def _from_hlg(values: Float) -> Float:
    """Scene light, shown on a screen of 1,000 cd/m²."""
    coded = np.clip(values, 0, 1)
    exponential = (np.exp((coded - 0.55991073) / 0.17883277) + 0.28466892) / 12
    scene = np.where(coded <= 0.5, coded**2 / 3, exponential)
    luma = scene @ np.array([0.2627, 0.678, 0.0593])
    return np.asarray(scene * luma[..., None] ** (_HLG_GAMMA - 1) * (_HLG_PEAK / REFERENCE_WHITE))


def _to_bt_709(primaries: Chromaticities) -> npt.NDArray[np.float64]:
    if primaries == BT_709:
        return np.eye(3)
    return np.asarray(np.linalg.inv(_to_xyz(BT_709)) @ _adaptation(primaries[6:]) @ _to_xyz(primaries))


def _to_xyz(primaries: Chromaticities) -> npt.NDArray[np.float64]:
    """Linear RGB → XYZ."""
    colours = np.stack([_xyz(primaries[at : at + 2]) for at in (0, 2, 4)], axis=1)
    return np.asarray(colours * np.linalg.solve(colours, _xyz(primaries[6:])))


def _adaptation(white: tuple[float, ...]) -> npt.NDArray[np.float64]:
    """Bradford's adaptation of `white` to D65."""
    scale = (_BRADFORD @ _xyz(_D65)) / (_BRADFORD @ _xyz(white))
    return np.asarray(np.linalg.inv(_BRADFORD) @ np.diag(scale) @ _BRADFORD)


def _xyz(chromaticity: tuple[float, ...]) -> npt.NDArray[np.float64]:
    x, y = chromaticity
    return np.array([x / y, 1.0, (1 - x - y) / y])
