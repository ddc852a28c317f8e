"""Some people use a real stack on this machine for half a minute: prints the stack's log.

    python -m tests.load.people | python -m tests.load.record

An app sends one photo of screen size now and then and waits for the critique, a phone sends camera originals and does
not wait, a photographer scores a folder with `photo-critic score`, and another one adds to an album, five at a time.
Photographs are those of CRITIC_DATA, where that is.
"""

import itertools
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
from tests.load.photos import jpegs, shoot
from tests.support.local_stack import LocalStack

SECONDS = 30.0
APP_EVERY, PHONE_EVERY, ALBUM_EVERY = 0.6, 2.0, 2.5  # seconds between two uploads, on average
FOLDER, TOGETHER = 40, 5
SCREEN, CAMERA = (1024, 768), (4000, 3000)  # what the page sends, and what a camera writes


def main() -> None:
    """Start a stack, let them, and print what it logged."""
    small, screen, camera = shoot(100), jpegs(6, SCREEN), jpegs(3, CAMERA)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        stack = LocalStack(folder / "data", LOG_FORMAT="json")
        stack.start()
        try:
            with ThreadPoolExecutor() as people:
                for each in [
                    people.submit(app, stack.url, screen, APP_EVERY, 20),
                    people.submit(app, stack.url, camera, PHONE_EVERY, 0),
                    people.submit(photographer, stack.url, small[:FOLDER], folder / "shoot"),
                    people.submit(album, stack.url, small),
                ]:
                    each.result()
        finally:
            stack.stop()
        sys.stdout.write(stack.said())


def app(url: str, photos: list[bytes], every: float, wait: int) -> None:
    """One photo now and then, waited for so many seconds."""
    with httpx.Client(base_url=url, timeout=60) as client:
        for number in now_and_then(every):
            photo = photos[number % len(photos)]
            client.post("/v1/photos", params={"wait": wait}, content=photo).raise_for_status()


def album(url: str, photos: list[bytes]) -> None:
    """Adds to one album, a few at a time."""
    with httpx.Client(base_url=url, timeout=60) as client:
        path = client.post("/v1/albums").raise_for_status().headers["location"]
        for number in now_and_then(ALBUM_EVERY):
            some = photos[number * TOGETHER : (number + 1) * TOGETHER]
            files = [("file", (f"{place}.jpg", photo)) for place, photo in enumerate(some)]
            client.post(f"{path}/photos", files=files).raise_for_status()


def photographer(url: str, photos: list[bytes], folder: Path) -> None:
    """A whole folder with the command line, while the others are at it."""
    folder.mkdir()
    for number, photo in enumerate(photos):
        (folder / f"{number}.jpg").write_bytes(photo)
    time.sleep(SECONDS / 3)
    command = [sys.executable, "-m", "critic_cli", "score", str(folder), "--url", url]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, timeout=120)


def now_and_then(every: float) -> Iterator[int]:
    """Counts, with gaps as of people who know nothing of one another (the same ones in each run)."""
    chance, begun, due = random.Random(every), time.monotonic(), 0.0
    for number in itertools.count():
        due += chance.expovariate(1 / every)
        if due > SECONDS:
            return
        time.sleep(max(0.0, begun + due - time.monotonic()))
        yield number


if __name__ == "__main__":
    main()
