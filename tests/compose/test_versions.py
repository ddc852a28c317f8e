"""A second version on the running stack, from a canary to everybody and back: no request fails meanwhile."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.compose.client import Client
from tests.compose.stack import Stack, run
from tests.support.waiting import until

from critic_core.contracts.manifest import MANIFEST_FILE, parse_manifest
from critic_training.export.model_folder import read_manifest
from critic_training.publish.version import publish

pytestmark = [pytest.mark.compose, pytest.mark.timeout(660)]

ALONE = "aesthetics: version 1 answers; served: 1.\n"
MODEL = "/app/critic_inference/model_repository/aesthetics"


@pytest.fixture
def weights(stack: Stack, float16_models: Path, tmp_path: Path) -> Iterator[dict[str, str]]:
    """The digests of versions 1 and 2; the second one is ready to be moved to where servers see it.

    Version 2 is the same network in float16, which answers nearly the same from other weights.
    """
    container = stack.containers("inference")[0]["Id"]
    run(["docker", "cp", f"{container}:{MODEL}", str(tmp_path)], 30)
    half = float16_models / "aesthetics" / "1"
    publish(tmp_path, read_manifest(half), half / "model.onnx")
    manifests = {
        version: (tmp_path / "aesthetics" / version / MANIFEST_FILE).read_text("utf-8") for version in ("1", "2")
    }
    for part, hidden in (("2", ".2"), ("config.pbtxt", ".2.pbtxt")):
        run(["docker", "cp", str(tmp_path / "aesthetics" / part), f"{container}:{MODEL}/{hidden}"], 30)
    yield {version: parse_manifest(text).weights_sha256 for version, text in manifests.items()}
    in_the_repository(stack, "mv 2 .2; mv .1.pbtxt config.pbtxt")
    until(lambda: operator(stack, "reset") == ALONE, 30, "version 1 alone")


def in_the_repository(stack: Stack, script: str) -> None:
    stack.compose("exec", "-T", "--user", "0", "--workdir", MODEL, "inference", "sh", "-ec", script)


def operator(stack: Stack, *words: str) -> str:
    return stack.compose("exec", "-T", "worker", "python", "-m", "critic_worker.rollout", *words)


@pytest.fixture
def client(stack: Stack) -> Iterator[Client]:
    asking = Client(stack)
    asking.start()
    until(lambda: asking.critiques or asking.failures, 30, "a first answer")
    yield asking
    asking.stop()


def answers_of(client: Client, versions: set[str]) -> None:
    """Wait until all of these versions, and no other ones, are behind a dozen answers one after the other."""

    def newest() -> set[str]:
        return {critique.provenance.version for critique in client.critiques[since:][-12:]}

    since = len(client.critiques)
    until(lambda: client.failures or (len(client.critiques) - since >= 12 and newest() == versions), 40, str(versions))
    assert client.failures == []


def test_a_canary_is_promoted_and_rolled_back_and_nobody_notices(
    stack: Stack, weights: dict[str, str], client: Client
) -> None:
    assert operator(stack, "canary", "2:50%") == ALONE
    in_the_repository(stack, "cp config.pbtxt .1.pbtxt; mv .2.pbtxt config.pbtxt; mv .2 2")  # a version comes whole
    answers_of(client, {"1", "2"})
    assert operator(stack, "promote", "2").startswith("aesthetics: version 2 answers")
    answers_of(client, {"2"})
    assert operator(stack, "rollback").endswith("served: 1, 2.\nWithdrawn: 2.\n")
    answers_of(client, {"1"})
    client.stop()
    assert client.failures == []
    versions = {(critique.provenance.version, critique.provenance.weights_sha256) for critique in client.critiques}
    assert versions == set(weights.items())
