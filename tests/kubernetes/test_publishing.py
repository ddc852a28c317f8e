"""The Job publishes a model to the repository of each kind of server."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from tests.kubernetes.helm import helm
from tests.kubernetes.rendered import CHART, ROOT, Manifest, containers, named, pods, rendered
from tests.kubernetes.test_schemas import NEWEST, validate


@pytest.fixture(params=["cpu", "gpu", "triton"])
def objects(request: pytest.FixtureRequest) -> list[Manifest]:
    """A combination with its models in the volume, and the Job that publishes."""
    return rendered(request.param, "models.volume=true", "publish.image=photo-critic/model:0.3.0")


def mounted(pod: Manifest) -> dict[str, Any]:
    """The mount of the persistent volume in the single container."""
    (volume,) = [entry for entry in pod["volumes"] if "persistentVolumeClaim" in entry]
    (container,) = pod["containers"]
    (mount,) = [entry for entry in container["volumeMounts"] if entry["name"] == volume["name"]]
    return {"readOnly": False, **mount, **volume["persistentVolumeClaim"]}


def test_servers_read_what_the_job_writes(objects: list[Manifest]) -> None:
    job, server = pods(objects)["publish"], pods(objects)["inference"]
    written, read = mounted(job), mounted(server)
    assert written["claimName"] == read["claimName"] == "models"
    assert (written["readOnly"], read["readOnly"]) == (False, True)
    assert named(objects, "PersistentVolumeClaim")["models"]["spec"]["accessModes"] == ["ReadWriteMany"]
    assert job["containers"][0]["args"] == ["publish", "/model", written["mountPath"]]
    assert read["mountPath"] == repository(server["containers"][0])


def repository(server: Manifest) -> str:
    """The model repository of a server: an option of Triton, a setting of ours."""
    options = [entry.partition("=")[2] for entry in server.get("args", []) if entry.startswith("--model-repository=")]
    return (
        options[0]
        if options
        else {entry["name"]: entry.get("value", "") for entry in server["env"]}["CRITIC_MODEL_REPOSITORY"]
    )


def test_no_init_container_overwrites_published_models(objects: list[Manifest]) -> None:
    assert not pods(objects)["inference"].get("initContainers")


def test_names_and_mount_paths_are_unique(objects: list[Manifest]) -> None:
    """The cluster rejects duplicates or drops one of them; schemas do not cover it."""
    for manifest in objects:
        validate(manifest, NEWEST)
    for name, pod in pods(objects).items():
        for keys in unique_keys(pod):
            assert max(Counter(keys).values(), default=1) == 1, (name, keys)


def unique_keys(pod: Manifest) -> Iterator[list[str]]:
    """Every list of names or mount paths in a pod that must be unique."""
    yield [entry["name"] for entry in pod["volumes"]]
    yield [entry["name"] for entry in containers(pod)]
    for entry in containers(pod):
        yield [variable["name"] for variable in entry.get("env", [])]
        yield [mount["mountPath"] for mount in entry.get("volumeMounts", [])]


def test_the_image_has_the_model_where_the_job_takes_it_from() -> None:
    text = (ROOT / "infra/docker/model.Dockerfile").read_text("utf-8")
    assert re.search(r"^COPY --chown=10001:10001 \. /model$", text, re.MULTILINE)
    assert re.search(r"^ARG TRAINING=photo-critic/training:", text, re.MULTILINE)


def test_the_job_of_the_readme_takes_the_image_that_was_built() -> None:
    text = (CHART / "README.md").read_text("utf-8")
    command = re.search(r"helm template photo-critic .*?--set publish\.image=(\S+)", text, re.DOTALL)
    assert command is not None
    options = command[0].replace("\\\n", " ").split()[4:]
    (job,) = yaml.safe_load_all(helm("template", "photo-critic", CHART, *options).stdout)
    assert job["spec"]["template"]["spec"]["containers"][0]["image"] == command[1]
    assert f"-t {command[1]} exported/" in text
    assert f"docker push {command[1]}\n" in text


def test_the_job_is_not_retried_and_has_a_constant_name(objects: list[Manifest]) -> None:
    job = named(objects, "Job")["publish"]
    assert job["spec"]["backoffLimit"] == 0
    assert job["spec"]["template"]["spec"]["restartPolicy"] == "Never"
    assert "generateName" not in job["metadata"]
