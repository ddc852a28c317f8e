"""A model is published where the servers of each overlay look for it."""

import re
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.kubernetes.rendered import FOLDER, FOLDERS, ROOT, Manifest, containers, named, pods, rendered
from tests.kubernetes.test_schemas import NEWEST, judge

OVERLAYS = sorted(set(FOLDERS) - {"everything"})


@pytest.fixture(scope="module", params=OVERLAYS)
def objects(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> list[Manifest]:
    """An overlay with its models in the volume, and the Job that publishes."""
    tmp_path = tmp_path_factory.mktemp("mine")
    shutil.copytree(FOLDER, tmp_path / "kubernetes")
    (tmp_path / "mine").mkdir()
    told = {
        "resources": [f"../kubernetes/overlays/{request.param}", "../kubernetes/publish"],
        "components": ["../kubernetes/components/models-volume"],
    }
    (tmp_path / "mine/kustomization.yaml").write_text(yaml.safe_dump(told))
    return rendered(tmp_path / "mine")


def mounted(pod: Manifest) -> dict[str, Any]:
    """How the one container mounts the one volume that is claimed."""
    (volume,) = [one for one in pod["volumes"] if "persistentVolumeClaim" in one]
    (container,) = pod["containers"]
    (mount,) = [one for one in container["volumeMounts"] if one["name"] == volume["name"]]
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
    """Where a server looks for models: Triton by an option, ours by a setting."""
    options = [one.partition("=")[2] for one in server.get("args", []) if one.startswith("--model-repository=")]
    return (
        options[0]
        if options
        else {one["name"]: one.get("value", "") for one in server["env"]}["CRITIC_MODEL_REPOSITORY"]
    )


def test_nothing_is_copied_over_what_was_published(objects: list[Manifest]) -> None:
    assert not pods(objects)["inference"].get("initContainers")


def test_no_name_and_no_place_is_given_twice(objects: list[Manifest]) -> None:
    """The cluster refuses that, or takes one of the two; no schema knows of it."""
    for one in objects:
        judge(one, NEWEST)
    for name, pod in pods(objects).items():
        for given in all_given(pod):
            assert max(Counter(given).values(), default=1) == 1, (name, given)


def all_given(pod: Manifest) -> Iterator[list[str]]:
    """Every list of a pod in which each entry has a name or a place of its own."""
    yield [one["name"] for one in pod["volumes"]]
    yield [one["name"] for one in containers(pod)]
    for one in containers(pod):
        yield [variable["name"] for variable in one.get("env", [])]
        yield [mount["mountPath"] for mount in one.get("volumeMounts", [])]


def test_the_image_has_the_model_where_the_job_takes_it_from() -> None:
    text = (ROOT / "infra/docker/model.Dockerfile").read_text("utf-8")
    assert re.search(r"^COPY --chown=10001:10001 \. /model$", text, re.MULTILINE)
    assert re.search(r"^ARG TRAINING=photo-critic/training:", text, re.MULTILINE)


def test_the_job_of_the_readme_takes_the_image_that_was_built(tmp_path: Path) -> None:
    text = (FOLDER / "README.md").read_text("utf-8")
    (mine,) = [block for block in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL) if "../publish" in block]
    shutil.copytree(FOLDER / "publish", tmp_path / "publish")
    (tmp_path / "my-publish").mkdir()
    (tmp_path / "my-publish/kustomization.yaml").write_text(mine)
    (job,) = rendered(tmp_path / "my-publish")
    image = job["spec"]["template"]["spec"]["containers"][0]["image"]
    assert f"-t {image} exported/" in text
    assert f"docker push {image}\n" in text


def test_what_was_refused_or_published_is_not_tried_again_and_two_have_one_name(objects: list[Manifest]) -> None:
    job = named(objects, "Job")["publish"]
    assert job["spec"]["backoffLimit"] == 0
    assert job["spec"]["template"]["spec"]["restartPolicy"] == "Never"
    assert "generateName" not in job["metadata"]
