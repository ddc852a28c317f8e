"""What an install takes from the lock: all that an extra needs, by hash, and nothing else."""

import tomllib

import pytest
from infra.docker.requirements_of import ROOT, closure, read_lock, requirements_of

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
TEXT = (ROOT / "requirements.lock").read_text()
LOCK = read_lock(TEXT)
SMALL = """\
a==1 \\
    --hash=sha256:aa \\
    --hash=sha256:ab
    # via photo-critic (pyproject.toml)
b==2 ; sys_platform == 'linux' \\
    --hash=sha256:bb
    # via
    #   a
    #   c
c==3 \\
    --hash=sha256:cc
    # via d
"""


def names(extra: str) -> set[str]:
    return {package.name for package in closure(requirements_of(extra, PROJECT), LOCK)}


def test_every_line_of_the_lock_belongs_to_a_package_with_hashes() -> None:
    lines = [line for line in TEXT.splitlines() if line and not line.lstrip().startswith("#")]
    assert "".join(package.pin for package in LOCK).splitlines() == lines
    assert all("--hash=sha256:" in package.pin for package in LOCK)


def test_a_requirement_leads_to_what_it_depends_on() -> None:
    assert [package.name for package in closure(["a>=1"], read_lock(SMALL))] == ["a", "b"]
    assert [package.name for package in closure(["C"], read_lock(SMALL))] == ["b", "c"]
    with pytest.raises(KeyError, match="not in the lock: e"):
        closure(["a", "e>=5"], read_lock(SMALL))


@pytest.mark.parametrize("extra", PROJECT["optional-dependencies"])
def test_every_extra_is_locked(extra: str) -> None:
    assert names(extra)


def test_a_service_installs_no_package_of_another() -> None:
    assert {"fastapi", "celery", "redis"} <= names("gateway")
    assert not {"pillow", "numpy", "tritonclient", "onnxruntime"} & names("gateway")
    assert not {"fastapi", "onnxruntime-gpu", "pytest"} & names("worker")
    assert not {"celery", "redis", "pillow", "onnxruntime-gpu"} & names("inference")


def test_pytorch_brings_its_cuda_libraries_and_onnx_runtime_has_its_own() -> None:
    assert "filelock" in names("training")
    assert not [name for name in names("training") if name.startswith("nvidia-")]
    assert "nvidia-cudnn-cu13" in names("inference-gpu")
