"""The pixels of a stored preview."""

import numpy as np
from PIL import Image

from critic_core.contracts.manifest import Filter, Fit, Preprocessing
from critic_core.imaging.decode import Pixels
from critic_worker.context import WorkerContext

LONG_SIDE = 640


def preview_pixels(preview: bytes, preprocessing: Preprocessing, context: WorkerContext) -> Pixels:
    """uint8 `[h, w, 3]`, long side 640. Raises PhotoError.

    The decoder, which may have been in the hands of the photo, made the preview: a decoder reads the preview, too.
    """
    square = preprocessing.model_copy(update={"size": LONG_SIDE, "fit": Fit.squash, "filter": Filter.bilinear})
    photo = context.prepare(preview, square, context.settings.limits)
    width, height = photo.analysis.image.width, photo.analysis.image.height
    scale = LONG_SIDE / max(width, height)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return np.asarray(Image.fromarray(photo.tensor).resize(size, Image.Resampling.BOX))
