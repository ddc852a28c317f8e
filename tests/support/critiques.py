"""Critiques and photos as the stack makes them, for tests that need none of its own."""

from datetime import UTC, datetime, timedelta

from critic_core.contracts.critique import (
    Critique,
    Fingerprint,
    ImageFacts,
    Level,
    Property,
    PropertyName,
    Provenance,
    Timings,
)
from critic_core.contracts.errors import CriticError
from critic_core.contracts.identity import ANONYMOUS, new_id
from critic_core.contracts.insight import (
    CropAspect,
    CropSuggestion,
    ExposureSuggestion,
    StraightenSuggestion,
    Suggestions,
)
from critic_core.contracts.photo import Photo, PhotoState


def make_critique(score: float = 71.5) -> Critique:
    usual = Property(value=0.5, unit="share", level=Level.usual, sentence="As usual.")
    properties = dict.fromkeys(PropertyName, usual)
    properties[PropertyName.sharpness] = usual.model_copy(update={"level": Level.low, "value": 0.125})
    return Critique(
        score=score,
        probability=score / 100,
        percentile=80,
        reference="OASIS",
        label="pleasing",
        properties=properties,
        reasons=(),
        image=ImageFacts(format="jpeg", media_type="image/jpeg", width=4, height=3, orientation=1, frames=1),
        fingerprint=Fingerprint(perceptual_hash="0" * 16, difference_hash="0" * 16, pixels_sha256="0", embedding=""),
        provenance=Provenance(
            model="aesthetics", version="1", weights_sha256="w", preprocessing_digest="p", device="cpu"
        ),
        timings_ms=Timings(load=1, decode=1, measure=1, fingerprint=1, prepare=1, infer=1, preview=1, total=7),
    )


def make_photo(
    state: PhotoState = PhotoState.done, score: float = 71.5, error: CriticError | None = None, owner: str = ANONYMOUS
) -> Photo:
    now = datetime.now(UTC)
    return Photo(
        id=new_id(),
        owner=owner,
        state=state,
        media_type="image/jpeg",
        size_bytes=3,
        sha256="0" * 64,
        created_at=now,
        expires_at=now + timedelta(days=1),
        critique=make_critique(score) if state is PhotoState.done else None,
        problem=error.problem() if error else None,
    )


def make_suggestions() -> Suggestions:
    brighter = ExposureSuggestion(sentence="", percent=40, gain=9, gain_low=7, gain_high=11, stops=1.1)
    level = StraightenSuggestion(
        number=2, sentence="", percent=40, gain=2, gain_low=-1, gain_high=5, degrees=-3, share=0.93
    )
    square = CropSuggestion(
        number=3,
        sentence="",
        percent=40,
        gain=1,
        gain_low=0.5,
        gain_high=2,
        aspect=CropAspect.square,
        left=0.1,
        top=0,
        width=0.5,
        height=0.75,
    )
    return Suggestions(suggestions=(brighter, level, square), model="aesthetics", version="1")
