"""Each property follows what is done to real photographs."""

from itertools import pairwise

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter
from tests.support.photos import DATA, PLAIN, cat

from critic_core.contracts.critique import Level, PropertyName
from critic_core.imaging.decode import Pixels, decode
from critic_core.imaging.golden import golden_photo
from critic_core.imaging.properties import MEASURES, measure_all
from critic_core.imaging.properties.view import View

PHOTOS = {
    "cat": cat(),
    "coffee": Image.fromarray(decode(golden_photo(), PLAIN).pixels),
    "rocket": Image.fromarray(decode((DATA / "rocket.jpg").read_bytes(), PLAIN).pixels),
    "large cat": cat((960, 639)),
}
every_photo = pytest.mark.parametrize("photo", PHOTOS.values(), ids=PHOTOS)


def value(name: str, image: Image.Image) -> float:
    return MEASURES[PropertyName(name)].value(View(np.array(image)))


def level(name: str, image: Image.Image) -> Level:
    return measure_all(View(np.array(image)))[PropertyName(name)].level


def falling(values: list[float]) -> bool:
    return all(later < earlier for earlier, later in pairwise(values))


def noisy(image: Image.Image, sigma: float) -> Image.Image:
    noise = np.random.default_rng(1).normal(0, sigma, (image.height, image.width, 3))
    return Image.fromarray(np.clip(np.array(image) + noise, 0, 255).astype(np.uint8))


def tinted(image: Image.Image, red: float, green: float, blue: float) -> Image.Image:
    return Image.fromarray((np.array(image) * np.array([red, green, blue])).astype(np.uint8))


@every_photo
def test_sharpness_falls_with_every_step_of_blur(photo: Image.Image) -> None:
    blurred = [photo.filter(ImageFilter.GaussianBlur(radius)) for radius in (1, 2, 3, 5, 8)]
    assert falling([value("sharpness", image) for image in [photo, *blurred]])
    assert level("sharpness", blurred[2]) is Level.low


@every_photo
def test_sharpness_is_the_share_lost_to_a_running_mean_of_nine_rows(photo: Image.Image) -> None:
    """By plain means of floats, along one axis: the same rows for a photo whose columns are all alike."""
    stripes = photo.convert("L").resize((1, photo.height)).resize(photo.size)
    view = View(np.array(stripes.convert("RGB")))
    column = view.luma[:, 0].astype(float)
    padded = np.pad(column, (4, 5), mode="edge")
    means = np.array([padded[row : row + 9].mean() for row in range(len(column) + 1)])
    steps = np.abs(np.diff(column, append=column[-1]))
    steps[steps < 4] = 0
    tops = np.linspace(0, len(column), 8, endpoint=False, dtype=int)
    lost, whole = (
        np.add.reduceat(values, tops) / np.diff([*tops, len(column)])
        for values in (np.maximum(steps - np.abs(np.diff(means)), 0), steps)
    )
    shares = np.repeat(np.where(whole > 1, lost / np.maximum(whole, 1), 0), 8)
    assert MEASURES[PropertyName.sharpness].value(view) == pytest.approx(np.quantile(shares, 0.9))


@every_photo
def test_sharpness_falls_with_motion(photo: Image.Image) -> None:
    """A shaken camera: the mean of the photo moved along by up to 16 pixels."""
    pixels = np.array(photo, dtype=np.float32)
    shaken = [np.mean([np.roll(pixels, step, axis=1) for step in range(n)], axis=0).astype(np.uint8) for n in (4, 16)]
    assert falling([value("sharpness", image) for image in (photo, *map(Image.fromarray, shaken))])


@every_photo
def test_noise_does_not_make_a_blurred_photo_sharp(photo: Image.Image) -> None:
    """As a camera's noise is at 960 pixels, after the reduction."""
    blurred = photo.filter(ImageFilter.GaussianBlur(6))
    assert value("sharpness", noisy(blurred, 1.5)) < value("sharpness", photo)
    assert level("sharpness", noisy(blurred, 1.5)) is Level.low


def test_a_sharp_subject_before_a_soft_background_is_sharp() -> None:
    photo = PHOTOS["coffee"]
    blurred = photo.filter(ImageFilter.GaussianBlur(8))
    soft, box = blurred.copy(), (200, 100, 400, 300)
    soft.paste(photo.crop(box), box)
    everything, nothing = value("sharpness", photo), value("sharpness", blurred)
    assert value("sharpness", soft) > nothing + 0.75 * (everything - nothing)


@every_photo
def test_fine_detail_falls_with_blur_darkness_and_noise(photo: Image.Image) -> None:
    blurred = [photo.filter(ImageFilter.GaussianBlur(radius)) for radius in (0.5, 1, 2)]
    assert falling([value("fine_detail", image) for image in (photo, *blurred)])
    assert level("fine_detail", blurred[2]) is Level.low
    dark = [ImageEnhance.Brightness(photo).enhance(factor) for factor in (1.0, 0.6, 0.3)]
    assert falling([value("fine_detail", image) for image in dark])
    assert value("fine_detail", noisy(photo, 25)) < value("fine_detail", photo)


def test_nothing_but_noise_has_no_fine_detail() -> None:
    grey = Image.new("RGB", (480, 320), (128, 128, 128))
    assert value("fine_detail", noisy(grey, 20)) < 1
    assert value("fine_detail", grey) == 0
    assert value("fine_detail", Image.new("RGB", (480, 2))) == 0


@every_photo
def test_contrast_follows_the_contrast(photo: Image.Image) -> None:
    made = [ImageEnhance.Contrast(photo).enhance(factor) for factor in (1.0, 0.7, 0.4, 0.1)]
    assert falling([value("contrast", image) for image in made])
    assert level("contrast", made[-1]) is Level.low


def test_half_black_half_white_has_all_the_contrast_there_is() -> None:
    image = Image.new("L", (100, 100))
    image.paste(255, (0, 0, 50, 100))
    assert value("contrast", image.convert("RGB")) == pytest.approx(0.5)


@every_photo
def test_saturation_follows_the_colour(photo: Image.Image) -> None:
    made = [ImageEnhance.Color(photo).enhance(factor) for factor in (2.0, 1.0, 0.5, 0.0)]
    values = [value("saturation", image) for image in made]
    assert falling(values)
    assert values[-1] == pytest.approx(0, abs=0.5)


@every_photo
def test_exposure_follows_the_light(photo: Image.Image) -> None:
    made = [ImageEnhance.Brightness(photo).enhance(factor) for factor in (1.5, 1.0, 0.6, 0.3, 0.1)]
    assert falling([value("exposure", image) for image in made])
    assert level("exposure", made[-1]) is Level.low


@pytest.mark.parametrize(("tone", "lightness"), [(0, 0), (118, 50), (119, 50), (255, 100)])
def test_exposure_is_the_lightness_of_a_grey_card(tone: int, lightness: float) -> None:
    """18 % grey is 118 of 255 in sRGB, and L* 50 by definition of the scale."""
    assert value("exposure", Image.new("RGB", (20, 20), (tone, tone, tone))) == pytest.approx(lightness, abs=0.6)


def test_clipping_tells_white_from_black_and_how_much() -> None:
    image = Image.new("RGB", (100, 100), (128, 128, 128))
    assert value("clipping", image) == 0
    image.paste((255, 255, 255), (0, 0, 100, 30))
    assert value("clipping", image) == pytest.approx(30)
    image.paste((0, 0, 0), (0, 50, 100, 100))
    assert value("clipping", image) == pytest.approx(-50)


@every_photo
def test_overexposing_clips_highlights_and_underexposing_shadows(photo: Image.Image) -> None:
    assert level("clipping", ImageEnhance.Brightness(photo).enhance(6)) is Level.high
    assert level("clipping", ImageEnhance.Brightness(photo).enhance(0.02)) is Level.low


@every_photo
def test_highlights_grow_with_exposure(photo: Image.Image) -> None:
    made = [ImageEnhance.Brightness(photo).enhance(factor) for factor in (1.0, 1.5, 2.5, 4.0)]
    assert falling([-value("highlights", image) for image in made])


def test_a_sky_without_its_blue_is_lost_in_the_highlights_and_not_clipped() -> None:
    sky = Image.new("RGB", (100, 100), (180, 220, 255))
    assert value("highlights", sky) == 100
    assert value("clipping", sky) == 0


@every_photo
def test_a_strong_colour_alone_is_not_clipped_highlights(photo: Image.Image) -> None:
    """A blown red channel is a red flower; white is when all three are."""
    assert value("clipping", tinted(photo, 1, 0.4, 0.4)) <= max(0.0, value("clipping", photo))


@every_photo
@pytest.mark.parametrize(
    "tint", [(1, 0.8, 0.5), (0.5, 0.8, 1), (0.7, 1, 0.6), (1, 0.5, 1)], ids=["warm", "cool", "green", "magenta"]
)
def test_a_strong_tint_on_a_neutral_photo_is_a_cast(photo: Image.Image, tint: tuple[float, float, float]) -> None:
    """Of the photo in black and white, so that its own colours neither add to the tint nor take from it."""
    neutral = photo.convert("L").convert("RGB")
    weak = tuple(1 - (1 - factor) / 3 for factor in tint)
    casts = [value("white_balance", image) for image in (tinted(neutral, *tint), tinted(neutral, *weak), neutral)]
    assert falling(casts)
    assert casts[-1] == pytest.approx(0, abs=0.1)


def test_a_warm_light_is_a_cast_on_a_photo_in_colour() -> None:
    assert level("white_balance", tinted(PHOTOS["cat"], 1, 0.6, 0.3)) is Level.high


@every_photo
def test_blurring_the_surroundings_makes_the_subject_stand_out(photo: Image.Image) -> None:
    width, height = photo.size
    box = (width * 3 // 8, height * 3 // 8, width * 5 // 8, height * 5 // 8)
    made = []
    for radius in (0, 3, 12):
        soft = photo.filter(ImageFilter.GaussianBlur(radius))
        soft.paste(photo.crop(box), box)
        made.append(soft)
    assert falling([-value("subject_separation", image) for image in made])
    assert falling([-value("background_flatness", image) for image in made])


def test_a_small_sharp_thing_on_plain_paper_stands_out_on_a_calm_background() -> None:
    image = Image.new("RGB", (400, 300), (200, 200, 200))
    draw = ImageDraw.Draw(image)
    for x in range(180, 220, 4):
        draw.line((x, 130, x, 170), fill=(20, 20, 20), width=2)
    assert level("subject_separation", image) is Level.high
    assert level("background_flatness", image) is Level.high


def test_detail_everywhere_alike_has_no_subject_and_a_busy_background() -> None:
    image = Image.fromarray(np.random.default_rng(2).integers(0, 256, (300, 400, 3), dtype=np.uint8))
    assert value("subject_separation", image) == pytest.approx(1, abs=0.02)
    assert level("background_flatness", image) is Level.low


@every_photo
def test_properties_hardly_depend_on_the_size_a_photo_comes_in(photo: Image.Image) -> None:
    large = photo.resize((photo.width * 2, photo.height * 2), Image.Resampling.BICUBIC)
    for name, limit in {"contrast": 0.01, "saturation": 2, "exposure": 1, "white_balance": 1}.items():
        assert value(name, large) == pytest.approx(value(name, photo), abs=limit)


def test_the_photo_is_measured_on_a_view_of_bounded_size() -> None:
    pixels: Pixels = np.zeros((640, 960, 3), dtype=np.uint8)
    assert View(pixels).luma.shape == (320, 480)
