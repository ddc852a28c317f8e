"""A culling session, animated: `python -m tests.load.session docs/images/session.webp --photos $CRITIC_DATA/ccby`.

The photos of docs/images/ATTRIBUTION.md, and three frames of the cat.
"""

import argparse
import csv
import io
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

from PIL import Image, ImageEnhance, ImageFilter
from playwright.sync_api import FilePayload, Page, expect
from tests.load.page import chromium, local_stack
from tests.support.photos import cat, saved

ATTRIBUTION = Path(__file__).parents[2] / "docs" / "images" / "ATTRIBUTION.md"
WINDOW = {"width": 1200, "height": 750}
SIZE = (800, 500)
QUALITY = 20
CAT = (600, 400)  # pixels


def main() -> None:
    """Write the animation."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("animation", type=Path)
    parser.add_argument("--photos", type=Path, required=True, help="folder with attribution.csv")
    arguments = parser.parse_args()
    photos = [*attributed(arguments.photos), *frames_of_the_cat()]
    with tempfile.TemporaryDirectory() as folder, local_stack(Path(folder)) as stack, chromium() as browser:
        page = browser.new_page(viewport=WINDOW)  # type: ignore[arg-type]
        page.goto(stack.url, wait_until="networkidle")
        shots = [(_picture(page), seconds) for seconds in session(page, photos)]
    pictures, seconds = zip(*shots, strict=True)
    times = [round(1000 * time) for time in seconds]
    compression = {"quality": QUALITY, "method": 6, "minimize_size": True}
    pictures[0].save(
        arguments.animation, save_all=True, append_images=pictures[1:], duration=times, loop=0, **compression
    )
    print(f"{sum(seconds):.0f} s, {arguments.animation.stat().st_size / 1000:.0f} KB")


def attributed(folder: Path) -> Iterator[FilePayload]:
    """The photos of the attribution by the names there."""
    with (folder / "attribution.csv").open(encoding="utf-8", newline="") as file:
        files = {row["landing_url"].rstrip("/"): folder / row["file"] for row in csv.DictReader(file)}
    for name, url in re.findall(r"^\| (DSC_\d+\.jpg) \|.*<(.*?)/?> \|$", ATTRIBUTION.read_text("utf-8"), re.MULTILINE):
        yield _file(name, files[url].read_bytes())


def frames_of_the_cat() -> Iterator[FilePayload]:
    """Sharp, out of focus, dark."""
    sharp = cat(CAT).convert("RGB")
    frames = (sharp, sharp.filter(ImageFilter.GaussianBlur(3)), ImageEnhance.Brightness(sharp).enhance(0.6))
    for number, frame in enumerate(frames):
        yield _file(f"DSC_{2133 + number}.jpg", saved(frame, "JPEG"))


def session(page: Page, photos: list[FilePayload]) -> Iterator[float]:
    """Seconds to show the page, at each step."""
    yield 1.5
    page.set_input_files("#files", photos)
    expect(page.locator("#tally")).to_contain_text(f"of {len(photos) - 2} ", timeout=60_000)
    expect(page.get_by_role("button", name="Accept the rest")).to_be_enabled()
    page.locator(".cell-stack >> visible=true").first.locator("..").click()
    yield 3.0
    page.keyboard.press("Space")
    expect(page.locator("#viewer .rank")).to_be_visible()
    page.keyboard.press("i")
    expect(page.locator("#viewer .histogram")).to_be_visible()
    yield 2.2
    page.keyboard.press("i")
    page.keyboard.press("h")
    expect(page.locator("#viewer .legend")).to_contain_text("Orange", timeout=60_000)
    yield 2.0
    page.keyboard.press("h")
    page.keyboard.press("c")
    expect(page.locator(".pane")).to_have_count(3)
    page.wait_for_load_state("networkidle")
    yield 2.5
    page.keyboard.press("p")
    page.keyboard.press("Escape")
    for key in ("p", "x", "p"):
        yield 1.0
        page.keyboard.press(key)
    yield 1.0
    page.keyboard.press("Enter")
    yield 1.8
    page.keyboard.press("Enter")
    expect(page.locator("#tally")).to_contain_text("0 to go")
    yield 2.5


def _picture(page: Page) -> Image.Image:
    page.wait_for_timeout(400)  # thumbnails and details
    return Image.open(io.BytesIO(page.screenshot())).convert("RGB").resize(SIZE, Image.Resampling.LANCZOS)


def _file(name: str, data: bytes) -> FilePayload:
    return {"name": name, "mimeType": "image/jpeg", "buffer": data}


if __name__ == "__main__":
    main()
