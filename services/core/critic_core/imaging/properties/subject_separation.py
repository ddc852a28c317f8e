"""Subject separation: how much clearer the subject is than what surrounds it.

The mean detail inside the box that holds the subject over the mean detail of the whole photo. Unit: ratio; 1 means that
the detail lies everywhere alike. Source: clarity contrast of Luo and Tang, "Photo and Video Quality Evaluation:
Focusing on the Subject", ECCV 2008, section 4.1 (theirs counts clear pixels).
"""

from critic_core.contracts.critique import Level, PropertyName
from critic_core.imaging.properties.measure import Measure, against, in_favour
from critic_core.imaging.properties.view import View


def subject_separation(view: View) -> float:
    """1 or a little less, upwards; 1 for a photo of one tone."""
    whole = float(view.detail.mean())
    return float(view.detail[view.subject].mean()) / whole if whole > 0 else 1.0


MEASURE = Measure(
    name=PropertyName.subject_separation,
    unit="ratio of detail",
    value=subject_separation,
    low=0.968,
    high=1.73,
    sentences={
        Level.low: "Detail lies all over the photo; no subject stands out by it.",
        Level.usual: "The subject stands out as in most photos.",
        Level.high: "The subject stands out clearly.",
    },
    reasons={
        Level.low: against("no_clear_subject", "Detail lies all over the photo; no subject stands out by it."),
        Level.high: in_favour("subject_stands_out", "The subject stands out clearly from what surrounds it."),
    },
)
