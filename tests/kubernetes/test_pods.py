"""What every pod must be: restricted, bounded, watched, and told only what its service can be told."""

import re
from typing import Any

import pytest
from tests.kubernetes.rendered import FOLDERS, ROOT, Manifest, containers, named, pods, rendered, workloads

from critic_core.runtime.settings import CriticSettings
from critic_gateway.server import FINISH_SECONDS
from critic_gateway.settings import GatewaySettings
from critic_inference.settings import InferenceSettings
from critic_worker.settings import WorkerSettings
from critic_worker.webhooks.settings import SenderSettings

SETTINGS: dict[str, type[CriticSettings]] = {
    "gateway": GatewaySettings,
    "worker": WorkerSettings,
    "webhooks": SenderSettings,
    "inference": InferenceSettings,
}
TARGETS = {
    target
    for file in (ROOT / "infra/docker").glob("*Dockerfile")
    for target in re.findall(r"^FROM \S+ AS (\S+)$", file.read_text("utf-8"), re.MULTILINE)
}
# And their ports. The sender tells its figures alone, and ends itself when it no longer consumes; Jobs just end.
UNWATCHED = {"webhooks": ["metrics"], "publish": [], "backup": [], "restore": []}
VOLUMES = {"configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"}


def test_every_pod_meets_the_standard_restricted(objects: list[Manifest]) -> None:
    """https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted, rule by rule."""
    for name, pod in pods(objects).items():
        assert not {"hostNetwork", "hostPID", "hostIPC"} & set(pod), name
        assert all(set(volume) - {"name"} <= VOLUMES for volume in pod["volumes"]), name
        assert pod["securityContext"]["runAsNonRoot"], name
        assert pod["securityContext"]["runAsUser"] > 0, name
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}, name
        for one in containers(pod):
            assert one["securityContext"]["allowPrivilegeEscalation"] is False, name
            assert one["securityContext"]["capabilities"] == {"drop": ["ALL"]}, name
            assert not any("hostPort" in port for port in one.get("ports", [])), name


def test_the_namespace_refuses_what_is_not_restricted(objects: list[Manifest]) -> None:
    labels = named(objects, "Namespace")["photo-critic"]["metadata"]["labels"]
    assert labels["pod-security.kubernetes.io/enforce"] == "restricted"


def test_every_object_is_in_our_namespace(objects: list[Manifest]) -> None:
    assert {one["metadata"].get("namespace") for one in objects if one["kind"] != "Namespace"} == {"photo-critic"}


def test_nobody_writes_to_an_image_or_talks_to_the_cluster(objects: list[Manifest]) -> None:
    for name, pod in pods(objects).items():
        assert pod["automountServiceAccountToken"] is False, name
        assert all(one["securityContext"]["readOnlyRootFilesystem"] for one in containers(pod)), name
        assert all("sizeLimit" in volume["emptyDir"] for volume in pod["volumes"] if "emptyDir" in volume), name


def test_every_container_asks_for_what_it_needs_and_may_not_take_all_memory(objects: list[Manifest]) -> None:
    for name, pod in pods(objects).items():
        for one in containers(pod):
            assert {"cpu", "memory"} <= set(one["resources"]["requests"]), name
            assert "memory" in one["resources"]["limits"], name


def test_every_container_that_listens_is_watched(objects: list[Manifest]) -> None:
    for name, pod in pods(objects).items():
        for one in pod["containers"]:
            if name in UNWATCHED:
                assert [port["name"] for port in one.get("ports", [])] == UNWATCHED[name]
                continue
            assert {"startupProbe", "readinessProbe", "livenessProbe"} <= set(one), name
            ports = {port["name"] for port in one["ports"]}
            asked = [
                one[probe]["httpGet"]["port"] for probe in one if probe.endswith("Probe") and "httpGet" in one[probe]
            ]
            assert set(asked) <= ports, name


def test_our_images_are_targets_of_the_dockerfile_and_all_have_a_version(objects: list[Manifest]) -> None:
    images = {one["image"] for pod in pods(objects).values() for one in containers(pod)}
    for image in images:
        name, _, tag = image.rpartition(":")
        assert re.match(r"\d", tag), image
        assert not name.startswith("photo-critic/") or name.removeprefix("photo-critic/") in TARGETS, image


def told(objects: list[Manifest], container: Manifest) -> dict[str, str]:
    """The settings that a container is given; where the value is looked up, an empty one."""
    told: dict[str, str] = {}
    for source in container.get("envFrom", []):
        if "configMapRef" in source:
            told |= named(objects, "ConfigMap")[source["configMapRef"]["name"]]["data"]
    return told | {one["name"]: one.get("value", "") for one in container.get("env", [])}


def test_whatever_is_set_is_a_setting_of_that_service(objects: list[Manifest]) -> None:
    for name, pod in pods(objects).items():
        if name not in SETTINGS:
            continue
        known = {f"CRITIC_{field.upper()}" for field in SETTINGS[name].model_fields}
        asked = {key.removesuffix("_FILE") for key in told(objects, pod["containers"][0]) if key.startswith("CRITIC_")}
        assert asked <= known, name


def test_the_balancer_is_told_what_its_configuration_knows(objects: list[Manifest]) -> None:
    configuration = (ROOT / "infra/haproxy/inference.cfg").read_text("utf-8")
    known = set(re.findall(r"^ +presetenv (\w+)", configuration, re.MULTILINE))
    (container,) = pods(objects)["balancer"]["containers"]
    assert {one["name"] for one in container["env"]} <= known
    assert container["command"][-1].endswith("/inference.cfg")
    for port in container["ports"]:
        assert re.search(rf"^ +bind :{port['containerPort']}\b", configuration, re.MULTILINE)


def test_triton_is_told_the_same_as_in_compose() -> None:
    text = (ROOT / "infra/compose/triton.yml").read_text("utf-8")
    there = set(re.findall(r"^ +- (--[^ \n]+)", text, re.MULTILINE))
    (container,) = pods(rendered(FOLDERS["triton"]))["inference"]["containers"]
    chosen = {flag for flag in there if flag.startswith("--model-config-name")}
    assert set(container["args"][1:]) == there - chosen | {"--model-config-name=gpu"}
    assert f"TRITON_IMAGE:-{container['image']}" in text


def test_whatever_names_a_file_of_the_secret_finds_it(objects: list[Manifest]) -> None:
    for name, pod in pods(objects).items():
        kept = {item["path"] for volume in pod["volumes"] for item in volume.get("secret", {}).get("items", [])}
        files = {key: value for key, value in told(objects, pod["containers"][0]).items() if key.endswith("_FILE")}
        assert {value.rpartition("/")[2] for value in files.values()} == kept, name


@pytest.mark.parametrize("service", ["gateway", "worker", "inference"])
def test_the_settings_are_taken_in_production(
    objects: list[Manifest], service: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    secrets = {"redis-url": "redis://:something-as-long-as-that@redis:6379/0", "api-keys": "ab" * 32}
    for key, value in secrets.items():
        (tmp_path / key).write_text(value)
    for key, value in told(objects, pods(objects)[service]["containers"][0]).items():
        monkeypatch.setenv(key, value.replace("/run/secrets/photo-critic", str(tmp_path)))
    monkeypatch.delenv("CRITIC_WEBHOOK_SECRETS_FILE", raising=False)
    settings = SETTINGS[service]()
    if service != "inference":
        assert settings.model_dump()["redis_url"] == secrets["redis-url"]
        assert settings.model_dump()["storage_url"].startswith("s3://")


def test_ports_are_those_that_the_services_listen_on(objects: list[Manifest]) -> None:
    def port(service: str, name: str) -> int:
        ports = pods(objects)[service]["containers"][0]["ports"]
        return next(int(one["containerPort"]) for one in ports if one["name"] == name)

    inference = {name: port("inference", name) for name in ("http", "grpc", "metrics")}
    assert inference == {"http": 8000, "grpc": 8001, "metrics": 8002}  # Triton's own, too
    environment = told(objects, pods(objects)["gateway"]["containers"][0])
    assert int(environment["CRITIC_GATEWAY_PORT"]) == port("gateway", "http")
    environment = told(objects, pods(objects)["worker"]["containers"][0])
    assert int(environment["CRITIC_WORKER_METRICS_PORT"]) == port("worker", "metrics")
    assert environment["CRITIC_INFERENCE_URL"] == f"balancer:{port('balancer', 'grpc')}"


def test_every_service_finds_pods_and_their_port(objects: list[Manifest]) -> None:
    templates = {name: one["spec"]["template"] for name, one in workloads(objects).items()}
    for name, service in named(objects, "Service").items():
        if name == "nowhere":
            continue
        selector = service["spec"]["selector"].items()
        chosen = [one for one in templates.values() if selector <= one["metadata"]["labels"].items()]
        assert len(chosen) == 1, name
        ports = {port["name"] for port in chosen[0]["spec"]["containers"][0]["ports"]}
        assert {port["targetPort"] for port in service["spec"]["ports"]} <= ports, name


def test_everybody_has_time_to_finish(objects: list[Manifest]) -> None:
    """Longer than what the code takes to drain, the pause before it included."""
    inference, drain = InferenceSettings(inference_drain_delay_seconds=5), "CRITIC_GATEWAY_DRAIN_DELAY_SECONDS"
    takes = {
        "gateway": float(told(objects, pods(objects)["gateway"]["containers"][0])[drain]) + FINISH_SECONDS,
        "worker": WorkerSettings().shutdown_seconds,
        "webhooks": SenderSettings().webhook_timeout_seconds,
        "inference": inference.inference_drain_delay_seconds + inference.inference_drain_deadline_seconds,
        "balancer": 5 + 20,  # preStop, and hard-stop-after in inference.cfg
    }
    for name, pod in pods(objects).items():
        assert pod["terminationGracePeriodSeconds"] > takes.get(name, 0), name
