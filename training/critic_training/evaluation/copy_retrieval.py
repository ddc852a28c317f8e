"""Copies found again by their embedding: photos resized, recompressed, cropped or brightened."""

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime
from PIL import Image, ImageEnhance

from critic_core.contracts.manifest import Preprocessing
from critic_core.imaging.preprocess import prepare
from critic_training.data.photo_sets import Floats
from critic_training.evaluation.onnx_model import predict


@dataclass(frozen=True)
class CopySimilarity:
    """Cosines: `copies` of each photo with its copy, `nearest` of each copy with the most similar other photo."""

    copies: Floats
    nearest: Floats

    @property
    def found(self) -> float:
        """The share of copies that are more similar to their original than to any other photo."""
        return float((self.copies > self.nearest).mean())


def measure_copy_similarity(
    files: tuple[Path, ...], session: onnxruntime.InferenceSession, preprocessing: Preprocessing
) -> CopySimilarity:
    """Of the photos and an altered copy of each; four kinds of change, in turn."""
    originals = [path.read_bytes() for path in files]
    embeddings = _embeddings(originals, session, preprocessing)
    copies = _embeddings([alter(data, n) for n, data in enumerate(originals)], session, preprocessing)
    cosines = copies @ embeddings.T
    of_copies = np.diagonal(cosines).copy()
    np.fill_diagonal(cosines, -1)
    return CopySimilarity(of_copies, cosines.max(1))


def alter(data: bytes, kind: int) -> bytes:
    """The photo at half its size and JPEG quality 40, by `kind` also cropped by 5 % a side, brighter or darker."""
    image = Image.open(io.BytesIO(data)).convert("RGB")
    if kind % 4 == 1:
        width, height = image.size
        image = image.crop((width // 20, height // 20, width - width // 20, height - height // 20))
    if kind % 4 > 1:
        image = ImageEnhance.Brightness(image).enhance({2: 1.2, 3: 0.8}[kind % 4])
    small = image.resize((image.width // 2, image.height // 2), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    small.save(out, "JPEG", quality=40)
    return out.getvalue()


def _embeddings(photos: list[bytes], session: onnxruntime.InferenceSession, preprocessing: Preprocessing) -> Floats:
    batches = [photos[at : at + 32] for at in range(0, len(photos), 32)]
    return np.concatenate(
        [predict(session, np.stack([prepare(p, preprocessing) for p in batch]))[1] for batch in batches]
    )
