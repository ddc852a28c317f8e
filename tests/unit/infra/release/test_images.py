"""Every image of the chart and of Compose is released, with labels."""

import re

import pytest
from infra.release.images import DOCKERFILE, IMAGES, PUSH, ROOT, build_command, labels, main
from infra.release.versions import project_version


def test_every_final_target_of_the_dockerfile_is_released() -> None:
    stages = re.findall(r"^FROM \S+ AS ([\w-]+)$", (ROOT / DOCKERFILE).read_text(), re.MULTILINE)
    intermediate = {"base", "requirements", "code", "runtime", *(name for name in stages if "-" in name)}
    assert {image.target for image in IMAGES.values()} == set(stages) - intermediate


def test_a_variant_has_its_arguments_and_a_tag_of_its_own() -> None:
    image = IMAGES["inference-cuda"]
    tag = image.tag("1.2.3", "ghcr.io/name")
    assert tag == "ghcr.io/name/inference:1.2.3-cuda"
    assert build_command(image, tag, {"a": "b"}, PUSH) == [
        *("docker", "build", f"--file={DOCKERFILE}", "--target=inference", f"--tag={tag}"),
        *("--build-arg=DEVICE=cuda", "--label=a=b", "--push", "--provenance=mode=max", "--sbom=true", "."),
    ]


def test_labels_name_version_commit_and_time() -> None:
    found = {name.removeprefix("org.opencontainers.image."): value for name, value in labels().items()}
    assert found["version"] == project_version(ROOT)
    assert re.fullmatch(r"[0-9a-f]{40}", found["revision"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)", found["created"])


def test_the_workflow_gets_all_names(capsys: pytest.CaptureFixture[str]) -> None:
    main(["--list"])
    assert '"inference-openvino", "inference-cuda"]' in capsys.readouterr().out
