"""What people said about a photo in other programs: stars and flags, in XMP and in EXIF.

One question with one answer: the first source with an answer counts, for rating and flag separately. A rating equal to
`critic:rating` is an earlier proposal of Photo Critic, and no statement of a person. Sources: XMP Specification Part 2
(xmp:Rating, −1: rejected); ExifTool's tag tables (xmpDM:pick, Lightroom; digiKam:PickLabel; MicrosoftPhoto:Rating;
photomechanic:Tagged; acdsee:rating; EXIF Rating and RatingPercent). darktable's rejected bit is xmp:Rating −1.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from critic_core.contracts.album import Choice, Flag
from critic_core.metadata.embedded import exif_block, xmp_packet
from critic_core.metadata.namespaces import ACDSEE, CRITIC, DIGIKAM, MICROSOFT, PHOTO_MECHANIC, XMP, XMP_DM
from critic_core.metadata.tiff import Bytes, Tags, read_tags
from critic_core.metadata.xmp import Properties, read_xmp

_RATING_TAG, _PERCENT_TAG = 0x4746, 0x4749
_PERCENT_STARS = ((1, 1), (25, 2), (50, 3), (75, 4), (99, 5))  # Windows: least percent, stars
_FLAGS = (
    (f"{{{XMP_DM}}}pick", {"1": Flag.pick, "-1": Flag.reject}),
    (f"{{{XMP_DM}}}good", {"true": Flag.pick, "false": Flag.reject}),
    (f"{{{DIGIKAM}}}PickLabel", {"3": Flag.pick, "1": Flag.reject}),
    (f"{{{PHOTO_MECHANIC}}}Tagged", {"true": Flag.pick}),
)
_MIN_RATING, _MAX_RATING = -1, 5


@dataclass(frozen=True)
class StatedChoice:
    """A person's rating, −1 (rejected) to 5, and flag; None for what nobody said.

    0 is a decision in Photo Critic: other programs write 0 for photos that nobody rated.
    """

    rating: int | None = None
    flag: Flag | None = None

    def __bool__(self) -> bool:
        return self.rating is not None or self.flag is not None

    @property
    def xmp_rating(self) -> int | None:
        """The value of xmp:Rating: the rating, or −1 for a rejected photo without one; 0 for a picked one with −1."""
        if self.flag is Flag.pick and self.rating == -1:
            return 0
        return -1 if self.rating is None and self.flag is Flag.reject else self.rating

    @property
    def choice(self) -> Choice:
        """The same as a decision."""
        stars = self.rating if self.rating is not None and self.rating > 0 else None
        return Choice(flag=self.flag or (Flag.reject if self.rating == -1 else None), stars=stars)


def of_choice(choice: Choice) -> StatedChoice:
    """A decision in Photo Critic; a reject without stars takes precedence over ratings elsewhere."""
    rejected_rating = -1 if choice.flag is Flag.reject else None
    return StatedChoice(rejected_rating if choice.stars is None else choice.stars, choice.flag)


def first_stated(choices: Iterable[StatedChoice]) -> StatedChoice:
    """The first rating and the first flag."""
    ordered = list(choices)
    rating = next((choice.rating for choice in ordered if choice.rating is not None), None)
    return StatedChoice(rating, next((choice.flag for choice in ordered if choice.flag is not None), None))


def of_sidecar(data: bytes) -> StatedChoice:
    """The statement in a sidecar."""
    return of_properties(read_xmp(data))


def of_file(data: Bytes) -> StatedChoice:
    """The statement inside a photo file: its XMP, then its EXIF."""
    packet, block = xmp_packet(data), exif_block(data)
    exif = of_tags(read_tags(block)) if block else StatedChoice()
    return first_stated((of_properties(read_xmp(packet)) if packet else StatedChoice(), exif))


def of_properties(properties: Properties) -> StatedChoice:
    """The statement in XMP."""
    return StatedChoice(_rating(properties), _flag(properties))


def of_tags(tags: Tags) -> StatedChoice:
    """The statement in EXIF."""
    return exif_rating(tags.get(_RATING_TAG), tags.get(_PERCENT_TAG))


def exif_rating(rating: object, percent: object) -> StatedChoice:
    """The statement of EXIF's Rating and RatingPercent."""
    if isinstance(rating, int) and 1 <= rating <= _MAX_RATING:
        return StatedChoice(rating)
    return StatedChoice(_of_percent(percent) if isinstance(percent, int) else None)


def _rating(properties: Properties) -> int | None:
    rating = _number(properties, f"{{{XMP}}}Rating")
    if rating is not None and rating == _number(properties, f"{{{CRITIC}}}rating"):
        return None
    if rating is not None and int(rating) != 0 and _MIN_RATING <= rating <= _MAX_RATING:
        return int(rating)
    return _elsewhere(properties) if rating is None else None


def _elsewhere(properties: Properties) -> int | None:
    """Of programs with a property of their own."""
    percent, stars = _number(properties, f"{{{MICROSOFT}}}Rating"), _number(properties, f"{{{ACDSEE}}}rating")
    if percent is not None:
        return _of_percent(percent)
    return int(stars) if stars is not None and 1 <= stars <= _MAX_RATING else None


def _of_percent(percent: float) -> int | None:
    return max((stars for least, stars in _PERCENT_STARS if percent >= least), default=None)


def _flag(properties: Properties) -> Flag | None:
    found = (flags.get(properties[name][0].strip().lower()) for name, flags in _FLAGS if name in properties)
    return next((flag for flag in found if flag is not None), None)


def _number(properties: Properties, name: str) -> float | None:
    try:
        return float(properties[name][0])
    except (KeyError, ValueError):
        return None
