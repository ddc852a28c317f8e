"""A stack under hostile requests: replies, memory of the gateway, and the latency of a harmless request meanwhile.

    python -m tests.load.hostile

Prints a table in Markdown. Every attack comes with a valid API key, from this machine; bodies have valid syntax.
"""

import io
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Thread

import httpx
from PIL import Image
from tests.load.fairness import client, stack
from tests.load.photos import jpegs
from tests.support.local_stack import LocalStack
from tests.unit.core.imaging.structure.test_structure import jpeg_of_scans, tiled

CALLER = "flood"
SAMPLE_SECONDS = 0.05
READERS, READ_SECONDS = 15, 5.0
CHUNK = b" " * 1_000_000

Attack = Callable[[LocalStack], Counter[str]]


class Observer:
    """Memory of the gateway's processes in bytes, and latencies of `GET /livez` in seconds, while an attack runs."""

    def __init__(self, running: LocalStack) -> None:
        self._gateway = running.service("gateway")
        self._url, self._end = f"{running.url}/livez", Event()
        self.memory, self.latencies = [self._resident()], list[float]()
        self._threads = [Thread(target=self._watch_memory), Thread(target=self._watch_latency)]

    def __enter__(self) -> "Observer":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        for thread in self._threads:
            thread.join()

    def _watch_memory(self) -> None:
        while not self._end.wait(SAMPLE_SECONDS):
            self.memory.append(self._resident())

    def _watch_latency(self) -> None:
        with httpx.Client(timeout=60, trust_env=False) as http:
            while not self.latencies or not self._end.wait(SAMPLE_SECONDS):
                began = time.perf_counter()
                http.get(self._url).raise_for_status()
                self.latencies.append(time.perf_counter() - began)

    def _resident(self) -> int:
        processes = [self._gateway, *self._gateway.children(recursive=True)]
        return sum(process.memory_info().rss for process in processes)


def main() -> None:
    """Run all attacks on a stack each, and print what they reached."""
    print("| attack | replies | gateway before | at most | `/livez` at most |")
    print("|---|---|---|---|---|")
    for name, attack in ATTACKS.items():
        print(row(name, attack), flush=True)


def row(name: str, attack: Attack) -> str:
    """A line of the table."""
    with stack() as running:
        with client(running, CALLER) as caller:
            caller.post("/v1/photos", params={"wait": 30}, content=jpegs(1, (1024, 768))[0]).raise_for_status()
        with Observer(running) as observer:
            replies = attack(running)
    before, most = (round(size / 1e6) for size in (observer.memory[0], max(observer.memory)))
    listed = ", ".join(f"{count} × {reply}" for reply, count in sorted(replies.items()))
    return f"| {name} | {listed} | {before} MB | {most} MB | {max(observer.latencies):.2f} s |"


def outcome(reply: httpx.Response) -> str:
    """Status and error code, or the state of a photo."""
    body = reply.json() if "json" in reply.headers.get("content-type", "") else {}
    problem = body.get("code") or (body.get("problem") or {}).get("code") or body.get("state") or ""
    return f"{reply.status_code} {problem}".strip()


def send(running: LocalStack, method: str, path: str, content: Iterator[bytes] | bytes) -> Counter[str]:
    """One request with a body, as JSON."""
    with client(running, CALLER) as caller:
        try:
            reply = caller.request(method, path, content=content, headers={"content-type": "application/json"})
        except httpx.TransportError as error:
            return Counter([type(error).__name__])
        return Counter([outcome(reply)])


def large_json(running: LocalStack) -> Counter[str]:
    """200 MB of white space in a JSON string."""
    return send(running, "POST", "/v1/albums", iter([b'{"name": "', *([CHUNK] * 200), b'"}']))


def many_keys(running: LocalStack) -> Counter[str]:
    """An object of 4,000,000 keys."""
    body = "{" + ",".join(f'"{number}":0' for number in range(4_000_000)) + "}"
    return send(running, "POST", "/v1/albums", body.encode())


def slow_readers(running: LocalStack) -> Counter[str]:
    """Many readers of an original of 62 MB, who read 64 KB and then nothing for a while."""
    with client(running, CALLER) as caller:
        photo = jpegs(1, (1024, 768))[0] + bytes(62_000_000)
        photo_id = caller.post("/v1/photos", content=photo).raise_for_status().json()["id"]
    with ThreadPoolExecutor(READERS) as threads:
        return Counter(threads.map(lambda _: read_slowly(running, photo_id), range(READERS)))


def read_slowly(running: LocalStack, photo_id: str) -> str:
    """The status of the reply."""
    with client(running, CALLER) as caller, caller.stream("GET", f"/v1/photos/{photo_id}/original") as reply:
        next(reply.iter_bytes(65_536))
        time.sleep(READ_SECONDS)
        return str(reply.status_code)


def photo(data: bytes) -> Attack:
    """Upload of one photo with a wait."""

    def attack(running: LocalStack) -> Counter[str]:
        with client(running, CALLER) as caller:
            return Counter([outcome(caller.post("/v1/photos", params={"wait": 30}, content=data))])

    return attack


def enormous_png() -> bytes:
    """40,000 × 40,000 pixels of one colour in about 200 KB."""
    Image.MAX_IMAGE_PIXELS = None
    file = io.BytesIO()
    Image.new("1", (40_000, 40_000)).save(file, "PNG")
    return file.getvalue()


ATTACKS: dict[str, Attack] = {
    "JSON of 200 MB": large_json,
    "JSON of 4,000,000 keys": many_keys,
    f"{READERS} slow readers of 62 MB": slow_readers,
    "TIFF with a tile of 60,000 × 60,000": photo(tiled((60_000, 60_000))),
    "JPEG of 2,000 scans": photo(jpeg_of_scans(2_000)),
    "PNG of 1.6 gigapixels": photo(enormous_png()),
}


if __name__ == "__main__":
    main()
