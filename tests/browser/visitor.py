"""What a person does on the page and sees there."""

import base64
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import FilePayload, Locator, Page, Response, Route, expect

from critic_core.runtime.packaged import packaged_folder

VIEW = "photo-critic-view"
FRONTEND = packaged_folder("critic_gateway", "page", "frontend")
SCORE_MS = 60_000  # on a busy machine; well under a second otherwise
# Chromium itself logs every answer of 400 and above; that is the server's word, and not a fault of the page.
CHROMIUMS_OWN = "Failed to load resource: the server responded with a status of"
DROP = """async (files) => {
    const transfer = new DataTransfer();
    for (const { name, bytes } of files) {
        transfer.items.add(new File([Uint8Array.from(atob(bytes), (one) => one.charCodeAt(0))], name));
    }
    return transfer;
}"""


@dataclass(frozen=True)
class Chosen:
    """A file as a person has it."""

    name: str
    data: bytes

    @classmethod
    def at(cls, path: Path) -> "Chosen":
        return cls(path.name, path.read_bytes())

    def payload(self) -> FilePayload:
        return {"name": self.name, "mimeType": "", "buffer": self.data}


class Visitor:
    """Somebody who uses the page, and remembers what it complained of and what it was answered."""

    def __init__(self, page: Page, url: str) -> None:
        self.page, self.url = page, url
        self.complaints: list[str] = []
        self.answers: list[Response] = []
        page.on("console", lambda message: self._hear(message.type, message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("response", lambda response: self.answers.append(response))  # noqa: PLW0108 - Playwright marks its handlers

    def _hear(self, kind: str, text: str) -> None:
        if kind in ("error", "warning") and not text.startswith(CHROMIUMS_OWN):
            self.complaints.append(text)

    # -- what they do ---------------------------------------------------------------------------------------------

    def visit(self, stacks: str = "") -> "Visitor":
        """With every photo shown by itself, unless `stacks` is `near` or `scene`."""
        view = json.dumps({"sort": "score", "show": "all", "stars": "0", "stacks": stacks})
        self.page.add_init_script(f"localStorage.getItem('{VIEW}') || localStorage.setItem('{VIEW}', '{view}')")
        self.page.goto(self.url)
        return self

    def choose(self, *files: Chosen) -> None:
        self.page.set_input_files("#files", [file.payload() for file in files])

    def drop(self, *files: Chosen, onto: str = "#drop") -> None:
        self.page.dispatch_event(onto, "drop", {"dataTransfer": self._transfer(files)})

    def paste(self, *files: Chosen) -> None:
        self.page.evaluate(
            "(data) => document.dispatchEvent(new ClipboardEvent('paste', {clipboardData: data, bubbles: true}))",
            self._transfer(files),
        )

    def send_originals(self) -> None:
        self.page.get_by_role("switch", name="Send originals").check()

    def _transfer(self, files: Iterable[Chosen]) -> Any:
        told = [{"name": file.name, "bytes": base64.b64encode(file.data).decode()} for file in files]
        return self.page.evaluate_handle(DROP, told)

    # -- what they see --------------------------------------------------------------------------------------------

    def card(self, name: str) -> Locator:
        """A photo in the grid."""
        return self.page.locator(f".cell[data-name={json.dumps(name)}]:visible")

    def scored(self, name: str) -> int:
        """The score of a photo in the grid, once it is there."""
        number = self.card(name).locator("[data-part=score]")
        expect(number).to_have_text(re.compile(r"^\d{1,3}$"), timeout=SCORE_MS)
        return int(number.inner_text())

    def trouble(self, name: str) -> str:
        """The sentence about a photo that could not be scored, once it is there."""
        sentence = self.troubled(name).locator("p")
        expect(sentence).to_be_visible(timeout=SCORE_MS)
        return sentence.inner_text()

    def troubled(self, name: str) -> Locator:
        """The row about a photo that could not be scored."""
        return self.page.locator(f"#troubles-list [data-name={json.dumps(name)}]")

    def look_at(self, name: str) -> Locator:
        """Click a photo in the grid; what is told of it."""
        self.card(name).click()
        details = self.page.locator("#details")
        expect(details.get_by_role("heading", name=name, exact=True)).to_be_visible()
        expect(details.locator("meter")).to_be_visible(timeout=SCORE_MS)
        return details

    def all_scored(self, count: int) -> None:
        """Wait for the whole album."""
        told = "One photo scored" if count == 1 else f"{count} photos scored"
        expect(self.page.locator("#summary")).to_have_text(told, timeout=SCORE_MS + 1000 * count)

    def names(self) -> list[str]:
        """The photos in view, from the top."""
        told: list[str] = self.page.locator(".cell:visible").evaluate_all(
            "all => all.sort((a, b) => a.ariaPosInSet - b.ariaPosInSet).map(one => one.dataset.name)"
        )
        return told

    def album(self) -> str:
        """Its id, from the address."""
        return self.page.url.rpartition("#album/")[2]

    def told_of(self, name: str) -> dict[str, Any]:
        """What the server says of that photo of the album."""
        photos = self.page.request.get(f"{self.url}/v1/albums/{self.album()}?limit=1000").json()["photos"]
        ids = [photo["id"] for photo in photos if photo["file_name"] == name]
        assert ids, f"{name} is not in the album"
        told: dict[str, Any] = self.page.request.get(f"{self.url}/v1/photos/{ids[-1]}").json()
        return told

    def uploads(self) -> list[Response]:
        """The answers to photos that were sent."""
        return [told for told in self.answers if told.request.method == "POST" and told.url.endswith("/photos")]

    # -- how the world treats them --------------------------------------------------------------------------------

    def be_impatient(self, **deadlines: int | str) -> None:
        """Give the page shorter deadlines than it has, by their names in deadlines.js. Before the visit."""
        text = (FRONTEND / "server" / "deadlines.js").read_text("utf-8")
        for name, value in deadlines.items():
            text, found = re.subn(rf"(const {name} = ).*;", rf"\g<1>{json.dumps(value)};", text)
            assert found == 1, f"deadlines.js has no {name}"
        self.page.route("**/deadlines.js", lambda route: route.fulfill(body=text, content_type="text/javascript"))


def answer(route: Route, status: int, body: dict[str, Any] | str, **headers: str) -> None:
    """Answer a request in the server's place: a dictionary as a problem document, text as some proxy's HTML."""
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    if isinstance(body, str):
        route.fulfill(status=status, body=body, headers={**told, "Content-Type": "text/html"})
    else:
        route.fulfill(
            status=status, body=json.dumps(body), headers={**told, "Content-Type": "application/problem+json"}
        )
