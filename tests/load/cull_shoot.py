"""A made shoot (`tests.load.made_shoot`), culled on the page and by `photo-critic cull`.

    python -m tests.load.cull_shoot --photos "$CRITIC_DATA" [--count 300] [--bursts 20] [--keep 60]

Prints whether both keep the same photos, how many moments are whole (one moment without any other photo), of how many
the good frame is on top, and what is on top instead.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page, expect
from tests.load.made_shoot import BURSTS, PHOTOS, Frame, make_shoot
from tests.load.page import chromium, local_stack
from tests.support.local_stack import LocalStack

from critic_core.contracts.album import Proposal, SelectionPage, Verdict
from critic_core.exports.document import AlbumDocument

KEEP = 60
_PAGE_SIZE = 1000
_SECONDS_A_PHOTO = 10  # on a busy machine

Frames = Sequence[Frame]


@dataclass(frozen=True)
class Culling:
    """Names of the keepers, and all proposals by file name."""

    keepers: frozenset[str]
    proposals: dict[str, Proposal]

    def whole(self, moment: Frames) -> bool:
        """The frames are one moment, and no other photo belongs to it."""
        names = {frame.name for frame in moment}
        number = self.proposals[moment[0].name].moment
        together = {name for name, proposal in self.proposals.items() if proposal.moment == number}
        return number is not None and together == names

    def top(self, moment: Frames) -> Frame:
        """The frame with the best rank."""
        return min(moment, key=lambda frame: self.proposals[frame.name].rank)

    def false_merges(self, frames: Frames) -> int:
        """Photos that share a moment with one of another moment."""
        moments = defaultdict[str, set[object]](set)
        for frame in frames:
            moments[self.proposals[frame.name].moment or frame.name].add(_true_moment(frame))
        return sum(len(true) for true in moments.values() if len(true) > 1)


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--photos", type=Path, required=True, help="folder with ccby, more, oasis and vessel")
    parser.add_argument("--count", type=int, default=PHOTOS, help="photos of the shoot")
    parser.add_argument("--bursts", type=int, default=BURSTS)
    parser.add_argument("--keep", type=int, default=KEEP)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        frames = make_shoot(arguments.photos, folder / "shoot", arguments.count, arguments.bursts)
        with local_stack(folder) as stack:
            shell = cull_in_shell(stack, folder, arguments.keep)
            with chromium() as browser:
                page = cull_on_page(browser.new_page(), stack, folder / "shoot", arguments.keep)
    print_figures(frames, {"page": page, "shell": shell})


def cull_in_shell(stack: LocalStack, folder: Path, keep: int) -> Culling:
    """`photo-critic cull` of `folder/shoot`."""
    document = folder / "album.json"
    state = {**os.environ, "XDG_STATE_HOME": str(folder / "state")}
    command = [sys.executable, "-m", "critic_cli", "cull", folder / "shoot", "--keep", str(keep), "--json", document]
    subprocess.run([*command, "--url", stack.url], env=state, check=True, stdout=subprocess.DEVNULL)
    photos = AlbumDocument.model_validate_json(document.read_bytes()).photos
    return _culling([photo.proposal for photo in photos])


def cull_on_page(page: Page, stack: LocalStack, shoot: Path, keep: int) -> Culling:
    """Choose the folder's files, type the number to keep, and read the names of the keepers."""
    files = sorted(shoot.iterdir())
    page.goto(stack.url)
    page.set_input_files("#files", files)
    milliseconds = 1000 * _SECONDS_A_PHOTO * len(files)
    expect(page.locator("#summary")).to_have_text(f"{len(files)} photos scored", timeout=milliseconds)
    page.locator("#grid").focus()
    page.keyboard.press("/")
    page.keyboard.type(str(keep))
    page.keyboard.press("Enter")
    expect(page.locator("#tally")).to_contain_text(f"{keep} to go", timeout=milliseconds)
    expect(page.locator("#accept-open")).to_be_enabled(timeout=milliseconds)  # the proposals are of this number
    page.get_by_role("button", name="Export").click()
    names = page.get_by_role("textbox", name="File names of the keepers").input_value().splitlines()
    culling = _culling(_proposals(stack, page.url.rpartition("#album/")[2], keep))
    return Culling(frozenset(names), culling.proposals)


def _proposals(stack: LocalStack, album: str, keep: int) -> list[Proposal]:
    with stack.client() as client:
        reply = client.get(
            f"/v1/albums/{album}/selection", params={"keep": keep, "limit": _PAGE_SIZE, "wait": 20}
        ).raise_for_status()
    return list(SelectionPage.model_validate_json(reply.content).photos)


def _culling(proposals: Sequence[Proposal]) -> Culling:
    keepers = frozenset(str(proposal.file_name) for proposal in proposals if proposal.verdict is Verdict.keep)
    return Culling(keepers, {str(proposal.file_name): proposal for proposal in proposals})


def print_figures(frames: Frames, cullings: dict[str, Culling]) -> None:
    """The table."""
    moments = defaultdict[int, list[Frame]](list)
    for frame in frames:
        if frame.moment is not None:
            moments[frame.moment].append(frame)
    page, shell = cullings["page"].keepers, cullings["shell"].keepers
    print(f"{len(frames)} photos, {len(moments)} bursts")
    print(f"keepers on the page and in the shell: {len(page)}, {len(shell)}; common: {len(page & shell)}")
    for name, culling in cullings.items():
        whole = sum(culling.whole(moment) for moment in moments.values())
        tops = [culling.top(moment).fault for moment in moments.values()]
        wrong = ", ".join(f"{fault} {count}" for fault, count in Counter(filter(None, tops)).most_common())
        print(f"{name}: {whole} whole, {tops.count('')} good frames on top ({wrong or 'no other'}), ", end="")
        print(f"{culling.false_merges(frames)} moments merged")


def _true_moment(frame: Frame) -> object:
    return frame.name if frame.moment is None else frame.moment


if __name__ == "__main__":
    main()
