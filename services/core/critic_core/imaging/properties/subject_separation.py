"""Subject separation: clarity of the subject relative to the whole photo.

Mean clarity (squared gradient) inside the subject box, divided by the mean over the whole photo. Unit: ratio; 1 for
uniform clarity. Source: clarity contrast of Luo and Tang, "Photo and Video Quality Evaluation: Focusing on the
Subject", ECCV 2008, section 4.1 (there by the number of clear pixels).
"""

from critic_core.contracts.critique import Level, PropertyName
from critic_core.imaging.properties.definition import Measure, against, in_favour
from critic_core.imaging.properties.view import View


def subject_separation(view: View) -> float:
    """1 or a little less, upwards; 1 for a photo of one tone."""
    whole = float(view.clarity.mean())
    return float(view.clarity[view.subject].mean()) / whole if whole > 0 else 1.0


MEASURE = Measure(
    name=PropertyName.subject_separation,
    unit="ratio of clarity",
    value=subject_separation,
    low=0.978,
    high=2.63,
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
