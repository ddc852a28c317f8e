"""The golden photo: a model must reproduce the probability it was published with.

Training puts the photo, as the network's input, beside the model: `golden.npy`, uint8 `[S, S, 3]`; the probability is
in `manifest.json`. Models of other origin have neither, and are not checked.
"""

from pathlib import Path

import numpy as np

from critic_core.contracts.manifest import GOLDEN_FILE, INPUT_NAME, MANIFEST_FILE, PROBABILITY_NAME, parse_manifest
from critic_inference.engine.session import Session
from critic_inference.errors import ModelUnusable


def check_golden(session: Session, version: Path) -> None:
    """Raises ModelUnusable when the probability differs, or when the two files cannot be read."""
    if not (version / GOLDEN_FILE).is_file():
        return
    try:
        image = np.load(version / GOLDEN_FILE, allow_pickle=False)
        golden = parse_manifest((version / MANIFEST_FILE).read_bytes()).golden
    except (OSError, ValueError) as error:
        raise ModelUnusable(f"the golden photo cannot be read: {error}") from error
    probability = float(session.run({INPUT_NAME: image[None]})[PROBABILITY_NAME][0, 1])
    if not abs(probability - golden.probability) <= golden.tolerance:  # also refuses a NaN
        raise ModelUnusable(
            f"the golden photo has the probability {probability:.4f}, "
            f"the model was published with {golden.probability:.4f}"
        )
