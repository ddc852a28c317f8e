"""The plug-ins for Lightroom and darktable against a real stack, with stand-ins of the two programs."""

import shutil
import subprocess
import time
from importlib import import_module
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.support.local_stack import LocalStack
from tests.support.missing import service_missing
from tests.support.photos import DATA

EXAMPLES = Path(__file__).parents[2] / "examples"
PLUGIN = EXAMPLES / "lightroom" / "photo-critic.lrplugin"
FILES = (DATA / "rocket.jpg", DATA / "cat.png")

pytest.importorskip("lupa", reason="lupa is a development tool, which a bare machine lacks")


class Lightroom:
    """The functions of the SDK that the plug-in calls, and a catalogue of photos."""

    def __init__(self, photos: list[dict[str, Any]], url: str) -> None:
        self.lua = import_module("lupa.lua51").LuaRuntime(unpack_returned_tuples=True)
        self.photos, self.messages, self.writes = photos, list[tuple[str, str]](), 0
        self.preferences = self.lua.table(url=url, keep="1", stars=True)
        self.lua.globals()["import"] = lambda name: self._module(getattr(self, name)())
        self.lua.globals().package.path = f"{PLUGIN}/?.lua"

    def run(self, name: str) -> None:
        self.lua.execute((PLUGIN / name).read_text())

    def _module(self, module: Any) -> Any:
        return self.lua.table_from(module) if isinstance(module, dict) else module

    def LrApplication(self) -> dict[str, Any]:  # noqa: N802 - a name of the SDK
        catalog = {"getTargetPhotos": self._target_photos, "withWriteAccessDo": self._write}
        return {"activeCatalog": lambda: self.lua.table_from(catalog)}

    def LrDialogs(self) -> dict[str, Any]:  # noqa: N802
        return {
            "message": lambda title, text, _: self.messages.append((title, text)),
            "attachErrorDialogToFunctionContext": lambda _: None,
        }

    def LrFunctionContext(self) -> dict[str, Any]:  # noqa: N802
        return {"postAsyncTaskWithContext": lambda _, task: task(None)}

    def LrHttp(self) -> dict[str, Any]:  # noqa: N802
        return {
            "get": lambda url, headers, _: self._send("GET", url, headers),
            "post": lambda url, body, headers, method, _: self._send(method, url, headers, content=body),
            "postMultipart": lambda url, chunks, headers, _: self._send(
                "POST", url, headers, files=[_chunk(chunk) for chunk in chunks.values()]
            ),
        }

    def LrPathUtils(self) -> dict[str, Any]:  # noqa: N802
        return {"leafName": lambda path: Path(path).name}

    def LrPrefs(self) -> dict[str, Any]:  # noqa: N802
        return {"prefsForPlugin": lambda: self.preferences}

    def LrProgressScope(self) -> Any:  # noqa: N802
        return self.lua.eval("setmetatable({}, {__call = function() return {setPortionComplete = function() end} end})")

    def LrTasks(self) -> dict[str, Any]:  # noqa: N802
        return {"sleep": pause}

    def _target_photos(self, _: Any) -> Any:
        return self.lua.table_from(list(map(_photo, self.photos)), recursive=True)

    def _write(self, _catalog: Any, _name: str, change: Any, _timeout: Any) -> None:
        self.writes += 1
        change(None)

    def _send(self, method: str, url: str, headers: Any, **content: Any) -> Any:
        fields = {header["field"]: header["value"] for header in headers.values()}
        response = httpx.request(method, url, headers=fields, timeout=60, trust_env=False, **content)
        return response.text, self.lua.table(status=response.status_code)


def pause(_: float) -> None:
    """A quarter of the plug-ins' pauses between requests."""
    time.sleep(0.5)


def _photo(fields: dict[str, Any]) -> dict[str, Any]:
    """A photo of the catalogue."""
    return {
        "getRawMetadata": lambda _, name: fields.get(name),
        "setRawMetadata": lambda _, name, value: fields.update({name: value}),
    }


def _chunk(chunk: Any) -> tuple[str, tuple[str, bytes, str]]:
    return chunk["name"], (chunk["fileName"], Path(chunk["filePath"]).read_bytes(), chunk["contentType"])


def lightroom_photos() -> list[dict[str, Any]]:
    return [{"path": str(path), "rating": 0, "pickStatus": 0, "isVideo": False} for path in FILES]


def test_lightroom_gets_picks_and_stars(stack: LocalStack) -> None:
    lightroom = Lightroom(lightroom_photos(), stack.url)
    lightroom.run("DryRun.lua")
    assert lightroom.photos == lightroom_photos()
    assert lightroom.writes == 0
    lightroom.run("Pick.lua")
    assert sorted((photo["pickStatus"], photo["rating"]) for photo in lightroom.photos) == [(0, 0), (1, 5)]
    titles = [title for title, _ in lightroom.messages]
    assert titles == ["1 of 2 photos would change", "1 of 2 photos changed"]
    assert lightroom.messages[0][1] == lightroom.messages[1][1]


def test_lightroom_keeps_decisions_of_people_and_sends_them(stack: LocalStack) -> None:
    picked = Lightroom(lightroom_photos(), stack.url)
    picked.run("Pick.lua")
    weaker = next(photo["path"] for photo in picked.photos if not photo["pickStatus"])
    decided = [
        photo | {"pickStatus": 1, "rating": 2} if photo["path"] == weaker else photo for photo in lightroom_photos()
    ]
    lightroom = Lightroom([dict(photo) for photo in decided], stack.url)
    lightroom.run("Pick.lua")
    assert lightroom.photos == decided  # the person's pick is the one picture to keep


@pytest.fixture
def darktable_folder(tmp_path: Path) -> Path:
    """The scripts as the example says to copy them."""
    folder = tmp_path / "photo-critic"
    folder.mkdir()
    for script in (EXAMPLES / "darktable" / "photo-critic.lua", PLUGIN / "critic.lua", PLUGIN / "json.lua"):
        shutil.copy(script, folder)
    return tmp_path


def test_darktable_gets_tags_and_stars(stack: LocalStack, darktable_folder: Path) -> None:
    if shutil.which("curl") is None:
        service_missing("curl")
    lua = import_module("lupa.lua54").LuaRuntime(unpack_returned_tuples=True)
    lua.globals().package.path = f"{darktable_folder}/?.lua"
    actions, attached, printed = dict[str, Any](), list[str](), list[str]()
    preferences = {"url": stack.url, "api_key": "", "keep": "1", "stars": True}
    images = [lua.table(path=str(path.parent), filename=path.name, rating=0) for path in FILES]
    darktable = {
        "control": {"execute": lambda command: subprocess.call(command, shell=True), "sleep": pause},
        "preferences": {"register": lambda *_: None, "read": lambda _, name, kind: preferences[name]},
        "gui": {
            "create_job": lambda *_: lua.table(),
            "libs": {"image": {"register_action": lambda name, label, action, tip: actions.update({name: action})}},
        },
        "tags": {"create": lambda name: name, "attach": lambda tag, image: attached.append(f"{tag}: {image.filename}")},
        "print": printed.append,
        "print_log": printed.append,
    }
    lua.globals().package.loaded.darktable = lua.table_from(darktable, recursive=True)
    lua.execute('require "photo-critic/photo-critic"')
    actions["photo-critic-dry-run"](None, lua.table_from(images))
    assert (printed[0], attached, [image.rating for image in images]) == ("1 of 2 photos to keep", [], [0, 0])
    actions["photo-critic"](None, lua.table_from(images))
    (keeper,) = [image.filename for image in images if image.rating == 5]
    assert attached == [f"Photo Critic keep: {keeper}"]
