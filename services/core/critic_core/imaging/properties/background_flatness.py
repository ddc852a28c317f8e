"""Background flatness: calmness of the subject's surroundings.

Share of pixels outside the subject box with a gradient of less than six levels. Unit: percent of the background, 0
(busy) to 100 (calm). Source: subject box of Luo and Tang (see `view.py`). Their simplicity counts background colours;
smooth pixels also include soft gradients of sky and blur.
"""

from critic_core.contracts.critique import Level, PropertyName
from critic_core.imaging.properties.definition import Measure, against, in_favour
from critic_core.imaging.properties.view import View

_SMOOTH_LEVELS = 6.0


def background_flatness(view: View) -> float:
    """0 to 100; of the whole photo if the subject fills the photo."""
    background = view.background if view.background.size else view.detail
    return 100 * float((background < _SMOOTH_LEVELS).mean())


MEASURE = Measure(
    name=PropertyName.background_flatness,
    unit="% of the background",
    value=background_flatness,
    low=8.61,
    high=82.0,
    sentences={
        Level.low: "The background is busy.",
        Level.usual: "The background is about as calm as in most photos.",
        Level.high: "The background is calm.",
    },
    reasons={
        Level.low: against("busy_background", "The background is busy and draws the eye away."),
        Level.high: in_favour("calm_background", "The background is calm."),
    },
)
