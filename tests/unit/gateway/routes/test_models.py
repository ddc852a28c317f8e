"""The served models."""

from tests.support.tiny_model import tiny_manifest
from tests.unit.gateway.application import Application

from critic_core.contracts.routing import ActiveVersions


def test_models_and_active_versions_are_listed(gateway: Application) -> None:
    assert gateway.http.get("/v1/models").json() == {"models": [], "active_versions": []}
    gateway.workers.save_models([tiny_manifest()], ["aesthetics"])
    gateway.workers.save_active_versions(ActiveVersions(model="aesthetics", versions=("1",), stable="1"))
    body = gateway.http.get("/v1/models").json()
    assert [model["name"] for model in body["models"]] == ["aesthetics"]
    assert [versions["stable"] for versions in body["active_versions"]] == ["1"]
