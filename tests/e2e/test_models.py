"""Two models behind one address: each photo is answered by the one it asks for, from the REST API to inference."""

import csv
import itertools
import json
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from http.client import HTTPConnection
from io import StringIO
from pathlib import Path
from urllib.parse import quote, urlsplit

import httpx
import pytest
from tests.support.inference import inference_settings
from tests.support.local_stack import LocalStack, photo_of
from tests.support.photos import DATA
from tests.support.redis_server import free_port
from tests.support.tiny_model import tiny_model_folder
from tests.support.waiting import until

from critic_core.contracts.manifest import MANIFEST_FILE, parse_manifest
from critic_core.contracts.photo import Photo
from critic_core.imaging.golden import golden_photo
from critic_training.publish.version import publish

SEEDS = {"aesthetics": 7, "second": 8}


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both models, published."""
    folder = tmp_path_factory.mktemp("models")
    for name, seed in SEEDS.items():
        manifest = tiny_model_folder(folder / name, seed).model_copy(update={"name": name})
        publish(folder / "published", manifest, folder / name / "model.onnx")
    return folder / "published"


@pytest.fixture(scope="module")
def golden(repository: Path) -> dict[str, float]:
    """What each model says of the golden photo."""
    manifests = [parse_manifest((repository / name / "1" / MANIFEST_FILE).read_bytes()) for name in SEEDS]
    probabilities = {manifest.name: manifest.golden.probability for manifest in manifests}
    assert abs(probabilities["aesthetics"] - probabilities["second"]) > 0.01  # otherwise nothing could be told apart
    return probabilities


@pytest.fixture(scope="module")
def two_models(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Iterator[LocalStack]:
    folder = tmp_path_factory.mktemp("two-models")
    with inference_settings(repository, folder) as settings:
        stack = LocalStack(folder / "data", WORKER_METRICS_PORT=str(free_port()), **settings)
        stack.start()
        yield stack
        assert stack.stop() == 0


@pytest.fixture
def http(two_models: LocalStack) -> Iterator[httpx.Client]:
    with two_models.client() as client:
        until(lambda: len(client.get("/v1/models").json()["models"]) == len(SEEDS), 30, "both models")
        yield client


def score(http: httpx.Client, **params: str) -> Photo:
    return photo_of(http.post("/v1/photos", params={"wait": "30", **params}, content=golden_photo()))


@pytest.mark.parametrize(("requested", "expected"), [(None, "aesthetics"), ("second", "second"), ("aesthetics",) * 2])
def test_each_model_answers_for_itself(
    http: httpx.Client, golden: dict[str, float], requested: str | None, expected: str
) -> None:
    photo = score(http, **({"model": requested} if requested else {}))
    assert photo.model == requested
    assert photo.critique is not None
    assert photo.critique.provenance.model == expected
    assert photo.critique.probability == pytest.approx(golden[expected], abs=1e-3)


def test_readiness_names_both(http: httpx.Client) -> None:
    detail = http.get("/readyz").json()["checks"]["scoring"]["detail"]
    assert "aesthetics 1 on cpu" in detail
    assert "second 1 on cpu" in detail


def test_the_command_line_asks_for_a_model(two_models: LocalStack, http: httpx.Client) -> None:
    command = [sys.executable, "-m", "critic_cli", "score", DATA / "rocket.jpg", "--csv", "-", "--url", two_models.url]
    ran = subprocess.run([*command, "--model", "second"], capture_output=True, text=True, timeout=60, check=True)
    (row,) = csv.DictReader(StringIO(ran.stdout))
    assert (row["model"], row["version"]) == ("second", "1")
    ran = subprocess.run([*command, "--model", "third"], capture_output=True, text=True, timeout=60, check=False)
    assert ran.returncode == 2
    assert "The server has no model 'third'. Its models: aesthetics, second." in ran.stderr


INVENTED = 2000


def invented(number: int) -> str:
    """Names that nobody serves, some of which are trouble: long, foreign, quoted, with an end of line, nearly right."""
    odd = ("m" * 90, "modèle-图", 'a"} 1\n', "aesthetics ", "../aesthetics", "aesthetics\x00", "{model}", "second@2")
    return f"{odd[number % len(odd)]}{number}"


def ask_for(stack: LocalStack, numbers: range) -> set[int]:
    """Asks gateway and inference server for models of invented names; the statuses of the answers."""
    statuses, inference_url = set(), stack.note().inference_http
    with ExitStack() as leaving:
        gateway, inference = (leaving.enter_context(connection(url)) for url in (stack.url, inference_url or stack.url))
        for number in numbers:
            name = quote(invented(number), safe="")
            statuses.add(status(gateway, "POST", f"/v1/photos?model={name}"))
            if number % 10 == 0:
                statuses.add(status(gateway, "POST", "/v1/albums", {"model": invented(number)}))
            if inference_url and number % 10 == 0:
                statuses |= {
                    status(inference, "GET", f"/v2/models/{name}"),
                    status(inference, "POST", f"/v2/models/{name}/infer"),
                }
    return statuses


def connection(url: str) -> closing[HTTPConnection]:
    """One that stays, and costs less than those of a client that knows more: there are thousands of requests."""
    return closing(HTTPConnection(urlsplit(url).netloc, timeout=30))


def status(to: HTTPConnection, method: str, path: str, body: dict[str, str] | None = None) -> int:
    to.request(method, path, json.dumps(body) if body else b"", {"Content-Type": "application/json"} if body else {})
    answer = to.getresponse()
    answer.read()
    return answer.status


def series(stack: LocalStack) -> dict[str, set[str]]:
    """Every metric with its labels, by the service that tells it; the same series again and again are one."""
    urls = {"gateway": stack.url, "worker": f"http://127.0.0.1:{stack.settings['WORKER_METRICS_PORT']}"}
    if stack.note().inference_http:
        port = stack.service("inference").environ()["CRITIC_INFERENCE_METRICS_PORT"]
        urls["inference"] = f"http://127.0.0.1:{port}"
    pages = {name: httpx.get(f"{url}/metrics", timeout=10, trust_env=False).text for name, url in urls.items()}
    return {name: {line.rpartition(" ")[0] for line in text.splitlines()} for name, text in pages.items()}


def test_invented_models_make_no_new_labels(two_models: LocalStack, http: httpx.Client) -> None:
    score(http)
    score(http, model="second")
    ask_for(two_models, range(-80, 0))  # every kind of answer has been given once
    series(two_models)  # so that it was asked for its metrics, too
    before, quarters = series(two_models), [range(first, INVENTED, 4) for first in range(4)]
    with ThreadPoolExecutor(len(quarters)) as threads:
        statuses = set(itertools.chain(*threads.map(lambda numbers: ask_for(two_models, numbers), quarters)))
    assert statuses <= {400, 404, 422}
    assert 404 in statuses
    after = series(two_models)
    assert {name: after[name] - before[name] for name in before} == {name: set() for name in before}
    assert 'model="second"' in str(after["worker"])
