"""Downscaling in the browser, without an effect on the score."""

import hashlib

import pytest
from PIL import Image
from tests.browser.visitor import Chosen, Visitor
from tests.support.photos import cat, saved, turned

LARGE = (3000, 2000)
LONG_SIDE = 1024


@pytest.fixture(scope="module")
def large() -> Chosen:
    return Chosen("large.jpg", saved(cat(LARGE), "JPEG", quality=95))


def test_a_large_photo_is_downscaled(visitor: Visitor, large: Chosen) -> None:
    visitor.visit().choose(large)
    visitor.scored("large.jpg")
    photo = visitor.photo_on_server("large.jpg")
    assert photo["size_bytes"] < len(large.data) / 4
    assert (photo["critique"]["image"]["width"], photo["critique"]["image"]["height"]) == (LONG_SIDE, 683)
    assert visitor.console_errors == []


def test_downscaled_and_original_photo_get_the_same_score(visitor: Visitor, large: Chosen) -> None:
    visitor.visit().choose(large)
    shrunk = visitor.scored("large.jpg")
    visitor.send_originals()
    visitor.choose(Chosen("original.jpg", large.data))
    assert abs(shrunk - visitor.scored("original.jpg")) <= 2


def test_the_switch_uploads_the_original(visitor: Visitor, large: Chosen) -> None:
    visitor.visit().send_originals()
    visitor.choose(large)
    visitor.scored("large.jpg")
    photo = visitor.photo_on_server("large.jpg")
    assert photo["sha256"] == hashlib.sha256(large.data).hexdigest()
    assert photo["critique"]["image"]["width"] == LARGE[0]


@pytest.mark.parametrize("orientation", range(2, 9))
def test_a_turned_photo_is_turned_back_exactly_once(visitor: Visitor, orientation: int) -> None:
    """The paper's application turned every photo by 90 degrees."""
    upright = Chosen("upright.jpg", saved(cat(LARGE), "JPEG", quality=95))
    turned_photo = Chosen("turned.jpg", turned(cat(LARGE), orientation, "JPEG", quality=95))
    visitor.visit().choose(upright)
    score = visitor.scored("upright.jpg")
    visitor.visit().choose(turned_photo)  # in another album: in the same one, equal bytes would be one photo
    assert abs(score - visitor.scored("turned.jpg")) <= 1
    image = visitor.photo_on_server("turned.jpg")["critique"]["image"]
    assert (image["width"], image["height"], image["orientation"]) == (LONG_SIDE, 683, 1)


def test_a_small_photo_is_sent_as_it_is(visitor: Visitor) -> None:
    small = Chosen("small.jpg", saved(cat(), "JPEG"))
    visitor.visit().choose(small)
    visitor.scored("small.jpg")
    assert visitor.photo_on_server("small.jpg")["sha256"] == hashlib.sha256(small.data).hexdigest()


def test_what_a_canvas_would_hide_is_sent_as_it_is(visitor: Visitor, large: Chosen) -> None:
    """Chromium draws damaged JPEGs without a word, and knows no colours by EXIF."""
    middle = len(large.data) // 2
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0xA005] = {1: "R03"}
    damaged = Chosen("damaged.jpg", large.data[:middle] + bytes(4096) + large.data[middle + 4096 :])
    adobe = Chosen("adobe.jpg", saved(cat(LARGE), "JPEG", quality=90, exif=exif))
    visitor.visit().choose(damaged, adobe)
    visitor.all_scored(2)
    for chosen in (damaged, adobe):
        assert visitor.photo_on_server(chosen.name)["sha256"] == hashlib.sha256(chosen.data).hexdigest()
    assert visitor.photo_on_server("damaged.jpg")["critique"]["image"]["damaged"]


def test_a_photo_that_would_grow_is_sent_as_it_is(visitor: Visitor) -> None:
    """A photo of one grey is a few bytes as a palette PNG."""
    plain = Chosen("plain.png", saved(Image.new("L", (1100, 1100), 128).quantize(2), "PNG", optimize=True))
    visitor.visit().choose(plain)
    visitor.scored("plain.png")
    assert visitor.photo_on_server("plain.png")["sha256"] == hashlib.sha256(plain.data).hexdigest()


def test_transparency_becomes_white_as_on_the_server(visitor: Visitor) -> None:
    """An empty canvas is black, and so would be the background of every cut-out photo."""
    see_through = cat(LARGE)
    see_through.putalpha(Image.linear_gradient("L").resize(LARGE))
    photo = saved(see_through, "PNG")
    visitor.visit().choose(Chosen("shrunk.png", photo))
    shrunk = visitor.scored("shrunk.png")
    visitor.send_originals()
    visitor.choose(Chosen("original.png", photo))
    assert abs(shrunk - visitor.scored("original.png")) <= 2
    brightness = [_brightness(visitor, name) for name in ("shrunk.png", "original.png")]
    assert brightness[0] == pytest.approx(brightness[1], rel=0.05)


def _brightness(visitor: Visitor, name: str) -> float:
    exposure = visitor.photo_on_server(name)["critique"]["properties"]["exposure"]
    value: float = exposure["value"]
    return value


def test_a_long_thin_photo_keeps_at_least_a_pixel(visitor: Visitor) -> None:
    thin = Chosen("thin.png", saved(cat((6000, 2)), "PNG"))
    visitor.visit().choose(thin)
    visitor.scored("thin.png")
    image = visitor.photo_on_server("thin.png")["critique"]["image"]
    assert (image["width"], image["height"]) == (LONG_SIDE, 1)


def test_browsers_whose_workers_cannot_draw_shrink_on_the_page(visitor: Visitor, large: Chosen) -> None:
    visitor.page.add_init_script("delete globalThis.OffscreenCanvas")
    visitor.visit().choose(large)
    visitor.scored("large.jpg")
    assert visitor.photo_on_server("large.jpg")["critique"]["image"]["width"] == LONG_SIDE


def test_a_downscaled_photo_keeps_its_capture_facts_and_no_place(visitor: Visitor) -> None:
    exif = Image.Exif()
    exif.update({0x010F: "Canon", 0x0110: "Canon EOS R5", 0x4746: 4})
    exif.get_ifd(0x8769).update(
        {0x9003: "2024:05:01 10:11:12", 0x9011: "+02:00", 0x829A: 0.008, 0x9204: -2.0, 0xA431: "0123"}
    )
    exif.get_ifd(0x8825).update({1: "N", 2: (59.0, 54.0, 50.0)})
    visitor.visit().choose(Chosen("bracket.jpg", saved(cat(LARGE), "JPEG", quality=95, exif=exif)))
    visitor.scored("bracket.jpg")
    capture = visitor.photo_on_server("bracket.jpg")["critique"]["image"]["capture"]
    assert capture["taken_at"] == "2024-05-01T10:11:12+02:00"
    assert (capture["camera"], capture["serial_number"], capture["rating"]) == ("Canon EOS R5", "0123", 4)
    assert (capture["exposure_seconds"], capture["exposure_bias_ev"]) == (pytest.approx(0.008), -2)
