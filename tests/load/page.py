"""The page, measured in Chromium: `python -m tests.load.page [--photos 2000]`.

First paint, bytes of script and style, from drop to first score, photos a second, frames a second while 2,000 photos
scroll (by Chromium's own tracing), memory; and how far shrinking in the browser moves the score, and what it saves.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright
from tests.browser.conftest import ARGUMENTS, DESKTOP
from tests.support.local_stack import LocalStack
from tests.support.shoots import shoot, written

SCROLL_SECONDS = 8
LONG_SIDE = 2560  # pixels, of photos that are shrunk by the page
SCROLL = """(seconds) => new Promise((done) => {
  const grid = document.querySelector('#grid');
  const end = performance.now() + 1000 * seconds;
  let step = 24;
  const frame = (now) => {
    grid.scrollTop += step;
    if (grid.scrollTop + grid.clientHeight >= grid.scrollHeight || grid.scrollTop <= 0) step = -step;
    if (now < end) requestAnimationFrame(frame); else done();
  };
  requestAnimationFrame(frame);
})"""
NEXT_PHOTOS = """async (count) => {
  const [viewer, image] = [document.querySelector('#viewer'), document.querySelector('#viewer-image')];
  const times = [];
  for (let photo = 0; photo < count; photo++) {
    const began = performance.now();
    viewer.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight' }));
    await image.decode().catch(() => {});  // replaced by the full image
    await new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn)));
    times.push(performance.now() - began);
    await new Promise((rest) => setTimeout(rest, 150));
  }
  return times.sort((a, b) => a - b);
}"""
LOADED = """() => performance.getEntriesByType('resource').filter((one) => /[.](js|css)$/.test(one.name))
  .reduce((sum, one) => sum + one.decodedBodySize, 0)"""
FIRST_PAINT, LARGEST_PAINT = "firstContentfulPaint", "largestContentfulPaint::Candidate"
BLOCKED_MICROSECONDS = 50_000  # a longer task blocks the page


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=int, default=2000)
    parser.add_argument("--shrink", type=Path, help="a folder of photos, for what shrinking does to the score")
    parser.add_argument("--shrunk", type=int, default=200, help="how many of them")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, local_stack(Path(folder)) as stack, chromium() as browser:
        _first_visit(browser, stack)
        _album(browser, stack, written(Path(folder) / "shoot", shoot(arguments.photos)))
        if arguments.shrink:
            _shift(browser, stack, _large(arguments.shrink, arguments.shrunk, Path(folder) / "large"))


@contextmanager
def local_stack(folder: Path) -> Iterator[LocalStack]:
    stack = LocalStack(folder / "stack")
    stack.start()
    try:
        yield stack
    finally:
        stack.stop()


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        path = os.environ.get("CRITIC_CHROMIUM", "/usr/bin/chromium")
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


def _first_visit(browser: Browser, stack: LocalStack) -> None:
    visits = [_visit(browser, stack) for _ in range(5)]
    for what in visits[0]:
        _print(f"{what}, median of 5", f"{statistics.median(visit[what] for visit in visits):.0f} ms")
    page = browser.new_page(viewport=DESKTOP)
    page.goto(stack.url, wait_until="networkidle")
    _print("script and style before the first drop", f"{page.evaluate(LOADED) / 1000:.0f} KB")
    page.evaluate("() => import('/culling.js').then(() => {})")
    _print("script and style in all", f"{page.evaluate(LOADED) / 1000:.0f} KB")
    page.close()


def _visit(browser: Browser, stack: LocalStack) -> dict[str, float]:
    """From Chromium's trace, milliseconds after the navigation began; `blocked` is what tasks take beyond 50 each."""
    page = browser.new_page(viewport=DESKTOP)
    page.goto("about:blank")
    browser.start_tracing(page=page, categories=["loading", "toplevel", "blink.user_timing"])
    page.goto(stack.url, wait_until="networkidle")
    events: list[dict[str, Any]] = json.loads(browser.stop_tracing())["traceEvents"]
    page.close()
    first = next(event for event in events if event["name"] == FIRST_PAINT)
    largest = max(event["ts"] for event in events if event["name"] == LARGEST_PAINT)
    starts = [event["ts"] for event in events if event["name"] == "navigationStart" and event["ts"] < first["ts"]]
    tasks = [event for event in events if event["tid"] == first["tid"] and event["name"].endswith("RunTask")]
    return {
        "first contentful paint": (first["ts"] - max(starts)) / 1000,
        "largest contentful paint": (largest - max(starts)) / 1000,
        "blocked": sum(max(0, task.get("dur", 0) - BLOCKED_MICROSECONDS) for task in tasks) / 1000,
    }


def _album(browser: Browser, stack: LocalStack, files: list[Path]) -> None:
    page = browser.new_page(viewport=DESKTOP)
    page.add_init_script("localStorage.setItem('photo-critic-view', JSON.stringify({stacks: ''}))")
    page.goto(stack.url, wait_until="networkidle")
    began = time.perf_counter()
    page.set_input_files("#files", files)
    page.locator(".cell[data-stage=scored]").first.wait_for(timeout=60_000)
    _print(f"from {len(files)} files chosen to the first score", f"{time.perf_counter() - began:.1f} s")
    count = f"{len(files):,} photos scored"
    expect(page.locator("#summary")).to_have_text(count, timeout=1000 * len(files))
    _print("from the page to the last score", f"{len(files) / (time.perf_counter() - began):.1f} photos/s")
    expect(page.locator("#tally")).to_contain_text("to go")
    _scroll(browser, page)
    page.locator("#grid").focus()
    page.keyboard.press("Home")
    page.keyboard.press("Space")
    _print("to the next photo in the large view", f"{_quantiles(page.evaluate(NEXT_PHOTOS, 40))} ms")
    _print("cells in the document", str(page.locator(".cell").count()))
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    _print("JavaScript heap", f"{session.send('Runtime.getHeapUsage')['usedSize'] / 1e6:.0f} MB")
    page.close()


def _scroll(browser: Browser, page: Page) -> None:
    categories = ["disabled-by-default-devtools.timeline.frame", "devtools.timeline.frame", "devtools.timeline"]
    browser.start_tracing(page=page, categories=categories)
    page.evaluate(SCROLL, SCROLL_SECONDS)
    events: list[dict[str, Any]] = json.loads(browser.stop_tracing())["traceEvents"]
    drawn = sorted(event["ts"] for event in events if event["name"] == "DrawFrame")
    gaps = sorted((later - earlier) / 1000 for earlier, later in pairwise(drawn))
    _print("frames a second while scrolling", f"{(len(drawn) - 1) / ((drawn[-1] - drawn[0]) / 1e6):.1f}")
    _print("between two frames", f"{_quantiles(gaps)} ms")


def _shift(browser: Browser, stack: LocalStack, files: list[Path]) -> None:
    shrunk, sent = _scores(browser, stack, files, original=False)
    original, chosen = _scores(browser, stack, files, original=True)
    shifts = [score - original[name] for name, score in shrunk.items()]
    _print(f"score of {len(shifts)} photos, shrunk or not: difference", _quantiles(sorted(map(abs, shifts))))
    _print("mean shift", f"{statistics.mean(shifts):+.2f}")
    saved = f"{sent / 1e6:.1f} of {chosen / 1e6:.1f} MB ({100 * (1 - sent / chosen):.0f} % saved)"
    _print("bytes sent instead of the originals", saved)


def _scores(browser: Browser, stack: LocalStack, files: list[Path], *, original: bool) -> tuple[dict[str, float], int]:
    """The score of each file, and the bytes that were sent."""
    page = browser.new_page(viewport=DESKTOP)
    page.goto(stack.url)
    if original:
        page.get_by_role("switch", name="Send originals").check()
    page.set_input_files("#files", files)
    expect(page.locator("#progress")).to_be_visible(timeout=30_000)
    expect(page.locator("#progress")).to_be_hidden(timeout=10_000 * len(files))
    album = page.url.rpartition("#album/")[2]
    photos = page.request.get(f"{stack.url}/v1/albums/{album}?limit=1000").json()["photos"]
    page.close()
    scores = {photo["file_name"]: photo["summary"]["score"] for photo in photos if photo.get("summary")}
    return scores, sum(photo["size_bytes"] for photo in photos)


def _large(photos: Path, count: int, folder: Path) -> list[Path]:
    """The first `count` photos of a folder; those too small for shrinking are enlarged first."""
    folder.mkdir()
    paths = [path for path in sorted(photos.rglob("*.*")) if path.suffix.lower() in (".jpg", ".jpeg")][:count]
    return [_enlarged(path, folder / f"{number:04}.jpg") for number, path in enumerate(paths)]


def _enlarged(path: Path, to: Path) -> Path:
    with Image.open(path) as image:
        share = max(1.0, LONG_SIDE / max(image.size))
        size = round(image.width * share), round(image.height * share)
        image.convert("RGB").resize(size, Image.Resampling.LANCZOS).save(to, quality=92)
    return to


def _quantiles(values: list[float]) -> str:
    """Quantiles of a sorted list."""
    shares = {"median": 0.5, "90 %": 0.9, "99 %": 0.99}
    indices = {name: min(len(values) - 1, int(len(values) * share)) for name, share in shares.items()}
    return ", ".join([*(f"{name} {values[index]:.1f}" for name, index in indices.items()), f"most {values[-1]:.1f}"])


def _print(what: str, value: str) -> None:
    sys.stdout.write(f"{what:55} {value}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
