"""The examples that join Photo Critic with other programs, against a real stack."""

import importlib.util
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.support.examples import EXAMPLES, run
from tests.support.missing import service_missing
from tests.support.photos import DATA
from tests.support.ports import free_port
from tests.support.scripted_server import Answer, Request, ScriptedServer
from tests.support.waiting import until


class Immich:
    """The calls of Immich's API (@immich/sdk 3.2.2: searchAssets, downloadAsset, updateAsset, createStack)."""

    def __init__(self, assets: list[dict[str, Any]], files: dict[str, Path]) -> None:
        self.assets, self.files, self.stacks = assets, files, list[list[str]]()
        self.server = ScriptedServer()
        self.server.answer = self.answer

    def answer(self, request: Request) -> Answer:
        assert request.headers["x-api-key"] == "secret"
        content = json.loads(request.body) if request.body else {}
        if (request.method, request.path) == ("POST", "/api/search/metadata"):
            return Answer(200, json.dumps({"assets": self._page(content)}).encode())
        if (request.method, request.path) == ("POST", "/api/stacks"):
            self.stacks.append(content["assetIds"])
            return Answer(201, b"{}")
        asset_id = request.path.split("/")[3]
        if (request.method, request.path) == ("GET", f"/api/assets/{asset_id}/original"):
            return Answer(200, self.files[asset_id].read_bytes())
        assert (request.method, request.path) == ("PUT", f"/api/assets/{asset_id}")
        next(asset for asset in self.assets if asset["id"] == asset_id)["exifInfo"]["rating"] = content["rating"]
        return Answer(200, b"{}")

    def _page(self, search: dict[str, Any]) -> dict[str, Any]:
        """One asset a page."""
        assert (search["albumIds"], search["type"]) == (["holiday"], "IMAGE")
        number = search["page"]
        more = str(number + 1) if number < len(self.assets) else None
        return {"items": self.assets[number - 1 : number], "nextPage": more}


@pytest.fixture
def immich(tmp_path: Path) -> Iterator[Immich]:
    """A photo twice with small differences, and another one with a person's rating."""
    again = tmp_path / "again.jpg"
    again.write_bytes((DATA / "rocket.jpg").read_bytes() + b"\0")
    files = {"a1": DATA / "rocket.jpg", "a2": again, "a3": DATA / "cat.png"}
    ratings = {"a1": None, "a2": None, "a3": 2}
    assets = [
        {"id": name, "originalFileName": files[name].name, "exifInfo": {"rating": ratings[name]}, "stack": None}
        for name in files
    ]
    library = Immich(assets, files)
    yield library
    library.server.stop()


def test_immich_gets_ratings_and_stacks(environment: dict[str, str], immich: Immich) -> None:
    settings = {"IMMICH_URL": f"{immich.server.url}/api", "IMMICH_API_KEY": "secret"}
    command = (sys.executable, EXAMPLES / "immich.py", "holiday", "--keep", "2")
    printed = "3 photos: 1 new ratings, 1 new stacks\n"
    assert run({**environment, **settings}, *command) == printed
    assert [asset["exifInfo"]["rating"] for asset in immich.assets] == [None, None, 2]  # a dry run
    assert run({**environment, **settings}, *command, "--apply") == printed
    first, second, cat = (asset["exifInfo"]["rating"] for asset in immich.assets)
    assert cat == 2
    assert sorted([first is None, second is None]) == [False, True]
    (stack,) = immich.stacks
    assert sorted(stack) == ["a1", "a2"]
    assert stack[0] == ("a2" if first is None else "a1")  # the keeper lies on top


def test_an_agent_scores_compares_and_culls(environment: dict[str, str], tmp_path: Path) -> None:
    if importlib.util.find_spec("mcp") is None:
        service_missing("mcp is not installed: examples/mcp/requirements.txt")
    shoot = tmp_path / "shoot"
    shoot.mkdir()
    for name in ("rocket.jpg", "cat.png"):
        shutil.copy(DATA / name, shoot)
    script = Path(__file__).with_name("mcp_client.py")
    found = json.loads(
        run(environment, sys.executable, script, EXAMPLES / "mcp" / "server.py", shoot, *shoot.iterdir())
    )
    assert found["tools"] == ["compare", "cull", "score"]
    assert found["best"] == found["scores"][0]
    assert [photo["path"] for photo in found["keepers"]] == [Path(found["scores"][0]["path"]).name]


@pytest.fixture
def application(environment: dict[str, str]) -> Iterator[str]:
    port = str(free_port())
    command = [sys.executable, "-m", "uvicorn", "fastapi_app:app", "--port", port]
    with subprocess.Popen(command, env=environment, cwd=EXAMPLES) as process:
        url = f"http://127.0.0.1:{port}"
        until(lambda: is_up(url), 60, "the application")
        yield url
        process.terminate()


def is_up(url: str) -> bool:
    try:
        return httpx.get(f"{url}/openapi.json", trust_env=False).status_code == 200
    except httpx.TransportError:
        return False


def test_an_application_checks_avatars(application: str) -> None:
    def send(content: bytes) -> httpx.Response:
        files = {"photo": ("photo.jpg", content)}
        return httpx.post(f"{application}/avatars", files=files, timeout=60, trust_env=False)

    reply = send((DATA / "rocket.jpg").read_bytes()).json()
    assert 0 <= reply["score"] <= 100
    assert reply["advice"] == [sentence for sentence in reply["advice"] if sentence.endswith(".")]
    assert send(b"no photo").status_code == 422


def test_the_space_scores_a_photo(environment: dict[str, str], tmp_path: Path) -> None:
    """With a stand-in of Gradio, which is larger than the whole product."""
    (tmp_path / "gradio.py").write_text(
        "class Error(Exception): ...\n"
        "Image = Textbox = lambda **options: options\n"
        "def Interface(score, *components, **options): return score\n"
    )
    path = f"{environment['PYTHONPATH']}:{tmp_path}:{EXAMPLES / 'space'}"
    script = "import app, sys; print('\\n'.join(app.demo(sys.argv[1])))"
    printed = run({**environment, "PYTHONPATH": path}, sys.executable, "-c", script, DATA / "rocket.jpg")
    assert re.match(r"\d+\.\d, better than \d+ % of photos\n\S", printed)


def test_the_notebook_plots_a_shoot(environment: dict[str, str], tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="matplotlib comes with the extra training")
    shoot = tmp_path / "wedding"
    shoot.mkdir()
    for name in ("rocket.jpg", "cat.png"):
        shutil.copy(DATA / name, (shoot / name).with_suffix(".jpg"))
    cells = json.loads((EXAMPLES / "shoot.ipynb").read_text("utf-8"))["cells"]
    assert not any(cell.get("outputs") for cell in cells)
    code = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
    settings = {"MPLBACKEND": "Agg", "SHOOT": str(shoot), "FIGURE": str(tmp_path / "shoot.png")}
    printed = run({**environment, **settings}, sys.executable, "-c", code)
    assert re.fullmatch(r" *\d+\.\d (cat|rocket)\.jpg: .*\.\n", printed)
    assert (tmp_path / "shoot.png").read_bytes().startswith(b"\x89PNG")
