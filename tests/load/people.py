"""Simulated clients use a local stack for half a minute; prints the stack's log.

    python -m tests.load.people | python -m tests.load.record

An app sends single photos of screen size and waits for the critique, a phone sends camera originals without waiting, a
photographer scores a folder with `photo-critic score`, and another one adds to an album, five at a time. Photographs
are those of CRITIC_DATA, if present.
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
SCREEN, CAMERA = (1024, 768), (4000, 3000)  # shrunk by the page, and as from a camera


def main() -> None:
    """Run the clients against a stack, and print its log."""
    small, screen, camera = shoot(100), jpegs(6, SCREEN), jpegs(3, CAMERA)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        stack = LocalStack(folder / "data", LOG_FORMAT="json")
        stack.start()
        try:
            with ThreadPoolExecutor() as people:
                for future in [
                    people.submit(app, stack.url, screen, APP_EVERY, 20),
                    people.submit(app, stack.url, camera, PHONE_EVERY, 0),
                    people.submit(photographer, stack.url, small[:FOLDER], folder / "shoot"),
                    people.submit(album, stack.url, small),
                ]:
                    future.result()
        finally:
            stack.stop()
        sys.stdout.write(stack.said())


def app(url: str, photos: list[bytes], every: float, wait: int) -> None:
    """Single photos at random times, each with a wait of some seconds."""
    with httpx.Client(base_url=url, timeout=60) as client:
        for number in poisson_arrivals(every):
            photo = photos[number % len(photos)]
            client.post("/v1/photos", params={"wait": wait}, content=photo).raise_for_status()


def album(url: str, photos: list[bytes]) -> None:
    """A few photos at a time to one album."""
    with httpx.Client(base_url=url, timeout=60) as client:
        path = client.post("/v1/albums").raise_for_status().headers["location"]
        for number in poisson_arrivals(ALBUM_EVERY):
            some = photos[number * TOGETHER : (number + 1) * TOGETHER]
            files = [("file", (f"{index}.jpg", photo)) for index, photo in enumerate(some)]
            client.post(f"{path}/photos", files=files).raise_for_status()


def photographer(url: str, photos: list[bytes], folder: Path) -> None:
    """A whole folder with the command line, beside the other clients."""
    folder.mkdir()
    for number, photo in enumerate(photos):
        (folder / f"{number}.jpg").write_bytes(photo)
    time.sleep(SECONDS / 3)
    command = [sys.executable, "-m", "critic_cli", "score", str(folder), "--url", url]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, timeout=120)


def poisson_arrivals(every: float) -> Iterator[int]:
    """Counts at the arrivals of a Poisson process, the same in each run."""
    generator, begun, due = random.Random(every), time.monotonic(), 0.0
    for number in itertools.count():
        due += generator.expovariate(1 / every)
        if due > SECONDS:
            return
        time.sleep(max(0.0, begun + due - time.monotonic()))
        yield number


if __name__ == "__main__":
    main()
