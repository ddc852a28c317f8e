"""High dynamic range → the range of a usual screen: everything up to a shoulder unchanged, brighter light rolled off.

A photo without light above white stays as it is. Source of the curve: Reinhard et al., "Photographic tone reproduction
for digital images", SIGGRAPH 2002, equation 4, here above the shoulder only.
"""

import numpy as np
import numpy.typing as npt

Float = npt.NDArray[np.floating]

_SHOULDER = 0.75  # of white, linear light
_CERTAIN = 1.02  # brighter than rounding makes white


def to_displayable(linear: Float) -> tuple[Float, bool]:
    """`linear` `[h, w, 3]`, 1 is white, with nothing above 1; True if something was."""
    brightest = linear.max(axis=2)
    peak = float(brightest.max(initial=0.0))
    if peak <= _CERTAIN:
        return linear, False
    scale = _rolled_off(brightest, peak) / np.maximum(brightest, 1e-6)
    return np.asarray(linear * scale[..., None], np.float32), True


def _rolled_off(light: Float, peak: float) -> Float:
    """`peak` becomes 1."""
    room = 1 - _SHOULDER
    excess = np.maximum(light - _SHOULDER, 0) / room
    most = (peak - _SHOULDER) / room
    return np.asarray(np.minimum(light, _SHOULDER) + room * excess * (1 + excess / most**2) / (1 + excess), np.float32)
