"""A visitor of the page: actions, and what the page shows."""

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
# Chromium logs every response with status 400 and above; that is no error of the page.
CHROMIUM_LOG = "Failed to load resource: the server responded with a status of"
DROP = """async (files) => {
    const transfer = new DataTransfer();
    for (const { name, bytes } of files) {
        transfer.items.add(new File([Uint8Array.from(atob(bytes), (letter) => letter.charCodeAt(0))], name));
    }
    return transfer;
}"""


@dataclass(frozen=True)
class Chosen:
    """A file on the visitor's disk."""

    name: str
    data: bytes

    @classmethod
    def at(cls, path: Path) -> "Chosen":
        return cls(path.name, path.read_bytes())

    def payload(self) -> FilePayload:
        return {"name": self.name, "mimeType": "", "buffer": self.data}


class Visitor:
    """Uses the page, and records its console errors and the server's responses."""

    def __init__(self, page: Page, url: str) -> None:
        self.page, self.url = page, url
        self.console_errors: list[str] = []
        self.responses: list[Response] = []
        page.on("console", lambda message: self._record(message.type, message.text))
        page.on("pageerror", lambda error: self.console_errors.append(str(error)))
        page.on("response", lambda response: self.responses.append(response))  # noqa: PLW0108 - Playwright marks its handlers

    def _record(self, kind: str, text: str) -> None:
        if kind in ("error", "warning") and not text.startswith(CHROMIUM_LOG):
            self.console_errors.append(text)

    # -- actions ---------------------------------------------------------------------------------------------------

    def visit(self, stacks: str = "") -> "Visitor":
        """Open the page, with stacks of `near` duplicates, of a `scene`, or none."""
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
        adding = self.page.locator("#add-open").is_visible()  # an album is open
        if adding:
            self.page.locator("#add-open").click()
        self.page.get_by_role("switch", name="Send originals").check()
        if adding:
            self.page.keyboard.press("Escape")

    def _transfer(self, files: Iterable[Chosen]) -> Any:
        payload = [{"name": file.name, "bytes": base64.b64encode(file.data).decode()} for file in files]
        return self.page.evaluate_handle(DROP, payload)

    # -- what the page shows ---------------------------------------------------------------------------------------

    def card(self, name: str) -> Locator:
        """A photo in the grid."""
        return self.page.locator(f".cell[data-name={json.dumps(name)}]:visible")

    def scored(self, name: str) -> int:
        """The score of a photo in the grid; waits for it."""
        number = self.card(name).locator("[data-part=score]")
        expect(number).to_have_text(re.compile(r"^\d{1,3}$"), timeout=SCORE_MS)
        return int(number.inner_text())

    def failure(self, name: str) -> str:
        """The problem of a failed photo in a sentence; waits for it."""
        sentence = self.failure_row(name).locator("p")
        expect(sentence).to_be_attached(timeout=SCORE_MS)
        if not self.page.locator("#failures").is_visible():
            self.page.locator("#failures-open").click()
        expect(sentence).to_be_visible()
        return sentence.inner_text()

    def failure_row(self, name: str) -> Locator:
        """The row of a failed photo in the list of failures."""
        return self.page.locator(f"#failures-list [data-name={json.dumps(name)}]")

    def open_details(self, name: str) -> Locator:
        """Click a photo in the grid; returns its details."""
        self.card(name).click()
        details = self.page.locator("#details")
        expect(details.get_by_role("heading", name=name, exact=True)).to_be_visible()
        expect(details.locator("meter")).to_be_visible(timeout=SCORE_MS)
        return details

    def all_scored(self, count: int) -> None:
        """Wait for the whole album."""
        summary = "One photo scored" if count == 1 else f"{count} photos scored"
        expect(self.page.locator("#summary")).to_have_text(summary, timeout=SCORE_MS + 1000 * count)

    def names(self) -> list[str]:
        """The visible photos in the order of the grid."""
        names: list[str] = self.page.locator(".cell:visible").evaluate_all(
            "all => all.sort((a, b) => a.ariaPosInSet - b.ariaPosInSet).map(cell => cell.dataset.name)"
        )
        return names

    def album(self) -> str:
        """The id of the album in the URL."""
        return self.page.url.rpartition("#album/")[2]

    def photo_on_server(self, name: str) -> dict[str, Any]:
        """The server's state of that photo of the album."""
        photos = self.page.request.get(f"{self.url}/v1/albums/{self.album()}?limit=1000").json()["photos"]
        ids = [photo["id"] for photo in photos if photo["file_name"] == name]
        assert ids, f"{name} is not in the album"
        photo: dict[str, Any] = self.page.request.get(f"{self.url}/v1/photos/{ids[-1]}").json()
        return photo

    def uploads(self) -> list[Response]:
        """The responses to uploads."""
        uploads = (response for response in self.responses if response.request.method == "POST")
        return [response for response in uploads if response.url.endswith("/photos")]

    # -- conditions ------------------------------------------------------------------------------------------------

    def shorten_timeouts(self, **timeouts: int | list[int]) -> None:
        """Replace timeouts of the page, by their names in timeouts.js. Before the visit."""
        text = (FRONTEND / "server" / "timeouts.js").read_text("utf-8")
        for name, value in timeouts.items():
            text, found = re.subn(rf"(const {name} = ).*;", rf"\g<1>{json.dumps(value)};", text)
            assert found == 1, f"timeouts.js has no {name}"
        self.page.route("**/timeouts.js", lambda route: route.fulfill(body=text, content_type="text/javascript"))


def answer(route: Route, status: int, body: dict[str, Any] | str, **headers: str) -> None:
    """Respond in place of the server: a dictionary as a problem document, text as HTML of a proxy."""
    header_fields = {name.replace("_", "-"): value for name, value in headers.items()}
    if isinstance(body, str):
        route.fulfill(status=status, body=body, headers={**header_fields, "Content-Type": "text/html"})
    else:
        route.fulfill(
            status=status, body=json.dumps(body), headers={**header_fields, "Content-Type": "application/problem+json"}
        )
