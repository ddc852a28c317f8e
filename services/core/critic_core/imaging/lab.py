"""L*a*b* of TIFF → sRGB. Source: TIFF 6.0 section 23 and technical note 4 (ICCLab); white is D50."""

import numpy as np
import numpy.typing as npt

from critic_core.imaging.code_points import encode_srgb

Float = npt.NDArray[np.floating]

_D50 = np.array([0.9642, 1.0, 0.8249])
_D50_TO_BT_709 = np.array(
    [[3.1338561, -1.6168667, -0.4906146], [-0.9787684, 1.9161415, 0.0334540], [0.0719453, -0.2289914, 1.4052427]]
)


def lab_to_srgb(lightness: Float, a: Float, b: Float) -> npt.NDArray[np.uint8]:
    """`lightness` 0 to 100, `a` and `b` −128 to 127; all `[h, w]`."""
    y = (lightness + 16) / 116
    xyz = np.stack([_cubed(y + a / 500), _cubed(y), _cubed(y - b / 200)], axis=2) * _D50
    return encode_srgb(xyz @ _D50_TO_BT_709.T)


def luminance(lightness: Float) -> Float:
    """0 to 1, of CIE lightness from 0 to 100."""
    return _cubed((lightness + 16) / 116)


def _cubed(value: Float) -> Float:
    return np.asarray(np.where(value > 6 / 29, value**3, 3 * (6 / 29) ** 2 * (value - 4 / 29)))
