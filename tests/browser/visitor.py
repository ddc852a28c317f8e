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

    def visit(self) -> "Visitor":
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
        return self.page.locator(".card").filter(has=self.page.get_by_role("heading", name=name, exact=True))

    def scored(self, name: str) -> int:
        """The score on a card, once it is there."""
        number = self.card(name).locator(".number")
        expect(number).to_have_text(re.compile(r"^\d{1,3}$"), timeout=SCORE_MS)
        return int(number.inner_text())

    def trouble(self, name: str) -> str:
        """The sentence on a card that could not be scored, once it is there."""
        sentence = self.card(name).locator(".trouble p")
        expect(sentence).to_be_visible(timeout=SCORE_MS)
        return sentence.inner_text()

    def names(self) -> list[str]:
        """The cards, from the top."""
        return self.page.locator(".card h2").all_inner_texts()

    def told_of(self, name: str) -> dict[str, Any]:
        """The last thing the server said of that photo."""
        told = [json for json in map(_photo, self.answers) if json.get("file_name") == name]
        assert told, f"the server was not asked about {name}"
        return told[-1]

    # -- how the world treats them --------------------------------------------------------------------------------

    def be_impatient(self, **milliseconds: int) -> None:
        """Give the page shorter deadlines than it has, by their names in deadlines.js. Before the visit."""
        text = (FRONTEND / "deadlines.js").read_text("utf-8")
        for name, value in milliseconds.items():
            text, found = re.subn(rf"(const {name} = )[\d_]+;", rf"\g<1>{value};", text)
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


def _photo(response: Response) -> dict[str, Any]:
    asked = response.request.method in ("GET", "POST") and "/v1/photos" in response.url
    if not asked or "preview" in response.url or response.status >= 400:
        return {}
    told: dict[str, Any] = response.json()
    return told
