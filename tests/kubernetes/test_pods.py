"""Every pod: restricted, bounded, probed, and with valid settings of its service."""

import re
from typing import Any

import pytest
from infra.compose.new_secrets import REDIS_PASSWORDS
from tests.kubernetes.rendered import NAMESPACE, ROOT, Manifest, containers, named, pods, rendered, workloads

from critic_core.runtime.settings import CriticSettings
from critic_gateway.http.draining_server import FINISH_SECONDS
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
# And their ports. The webhook sender has only metrics, and exits when it no longer consumes; Jobs just end.
WITHOUT_PROBES = {"webhooks": ["metrics"], "publish": [], "backup": [], "restore": []}
VOLUMES = {"configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"}


def test_every_pod_meets_the_standard_restricted(objects: list[Manifest]) -> None:
    """https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted, rule by rule."""
    for name, pod in pods(objects).items():
        assert not {"hostNetwork", "hostPID", "hostIPC"} & set(pod), name
        assert all(set(volume) - {"name"} <= VOLUMES for volume in pod["volumes"]), name
        assert pod["securityContext"]["runAsNonRoot"], name
        assert pod["securityContext"]["runAsUser"] > 0, name
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}, name
        for container in containers(pod):
            assert container["securityContext"]["allowPrivilegeEscalation"] is False, name
            assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}, name
            assert not any("hostPort" in port for port in container.get("ports", [])), name


def test_every_object_is_in_the_namespace_of_the_release(objects: list[Manifest]) -> None:
    assert {manifest["metadata"].get("namespace") for manifest in objects} == {NAMESPACE}


def test_only_gateway_and_worker_have_an_identity(objects: list[Manifest]) -> None:
    """Of the bucket. The tokens of an identity lie in /var/run/secrets, where a mount of ours must not be."""
    for name, pod in pods(objects).items():
        assert pod["serviceAccountName"] == ("photos" if name in {"gateway", "worker"} else "photo-critic"), name
        mounts = [mount["mountPath"] for mount in pod["containers"][0]["volumeMounts"]]
        assert pod["serviceAccountName"] == "photo-critic" or "/run/secrets" not in mounts, name


def test_root_file_systems_are_read_only_and_no_pod_has_an_api_token(objects: list[Manifest]) -> None:
    for name, pod in pods(objects).items():
        assert pod["automountServiceAccountToken"] is False, name
        assert all(container["securityContext"]["readOnlyRootFilesystem"] for container in containers(pod)), name
        assert all("sizeLimit" in volume["emptyDir"] for volume in pod["volumes"] if "emptyDir" in volume), name


def test_every_container_has_requests_and_a_memory_limit(objects: list[Manifest]) -> None:
    for name, pod in pods(objects).items():
        for container in containers(pod):
            assert {"cpu", "memory"} <= set(container["resources"]["requests"]), name
            assert "memory" in container["resources"]["limits"], name


def test_every_listening_container_has_probes(objects: list[Manifest]) -> None:
    for name, pod in pods(objects).items():
        for container in pod["containers"]:
            if name in WITHOUT_PROBES:
                assert [port["name"] for port in container.get("ports", [])] == WITHOUT_PROBES[name]
                continue
            assert {"startupProbe", "readinessProbe", "livenessProbe"} <= set(container), name
            ports = {port["name"] for port in container["ports"]}
            probes = [value for key, value in container.items() if key.endswith("Probe")]
            probed = [probe["httpGet"]["port"] for probe in probes if "httpGet" in probe]
            assert set(probed) <= ports, name


def test_our_images_are_targets_of_the_dockerfile_and_all_have_a_version(objects: list[Manifest]) -> None:
    images = {container["image"] for pod in pods(objects).values() for container in containers(pod)}
    for image in images:
        name, _, tag = image.rpartition(":")
        assert re.match(r"\d", tag), image
        _, ours, target = name.rpartition("photo-critic/")
        assert not ours or target in TARGETS | {"model"}, image


def environment_of(objects: list[Manifest], container: Manifest) -> dict[str, str]:
    """Environment variables of a container; those from secrets are empty."""
    variables: dict[str, str] = {}
    for source in container.get("envFrom", []):
        if "configMapRef" in source:
            variables |= named(objects, "ConfigMap")[source["configMapRef"]["name"]]["data"]
    return variables | {entry["name"]: entry.get("value", "") for entry in container.get("env", [])}


def settings_of(service: type[CriticSettings]) -> set[str]:
    fields = {f"CRITIC_{field.upper()}" for field in service.model_fields}
    return fields | {f"{name}_FILE" for name in fields}


def test_every_variable_is_a_setting_of_its_service(objects: list[Manifest]) -> None:
    shared = named(objects, "ConfigMap")["settings"]["data"]
    assert set(shared) <= set().union(*map(settings_of, SETTINGS.values()))
    for name in SETTINGS.keys() & pods(objects).keys():
        variables = environment_of(objects, pods(objects)[name]["containers"][0])
        own = {key for key in variables if key.startswith("CRITIC_")} - set(shared)
        assert own <= settings_of(SETTINGS[name]), name


def test_every_variable_of_the_balancer_is_in_its_configuration(objects: list[Manifest]) -> None:
    configuration = (ROOT / "infra/haproxy/inference.cfg").read_text("utf-8")
    known = set(re.findall(r"^ +presetenv (\w+)", configuration, re.MULTILINE))
    (container,) = pods(objects)["balancer"]["containers"]
    assert {variable["name"] for variable in container["env"]} <= known
    assert container["command"][-1].endswith("/inference.cfg")
    for port in container["ports"]:
        assert re.search(rf"^ +bind :{port['containerPort']}\b", configuration, re.MULTILINE)


def test_triton_has_the_same_options_as_in_compose() -> None:
    text = (ROOT / "infra/compose/triton.yml").read_text("utf-8")
    flags = set(re.findall(r"^ +- (--[^ \n]+)", text, re.MULTILINE))
    (container,) = pods(rendered("triton"))["inference"]["containers"]
    matching = {flag for flag in flags if flag.startswith("--model-config-name")}
    assert set(container["args"][1:]) == flags - matching | {"--model-config-name=gpu"}
    assert f"TRITON_IMAGE:-{container['image']}" in text


def test_every_secret_file_is_mounted(objects: list[Manifest]) -> None:
    for name, pod in pods(objects).items():
        mounted = {item["path"] for volume in pod["volumes"] for item in volume.get("secret", {}).get("items", [])}
        variables = environment_of(objects, pod["containers"][0]).values()
        files = {value.rpartition("/")[2] for value in variables if value.startswith("/run/secrets/")}
        users = {secret for secret in mounted if name == "redis" and secret != "redis_password"}
        assert files == mounted - users, name


def test_the_secret_has_the_files_of_production(objects: list[Manifest]) -> None:
    volumes = [volume for pod in pods(objects).values() for volume in pod["volumes"]]
    keys = {item["key"] for volume in volumes for item in volume.get("secret", {}).get("items", [])}
    assert keys <= {*REDIS_PASSWORDS, "api_keys.toml", "webhook_secrets"}
    users = {key for key in keys if re.fullmatch(r"redis_\w+_password", key)}
    assert not named(objects, "StatefulSet") or users == set(REDIS_PASSWORDS) - {"redis_password"}


@pytest.mark.parametrize("service", ["gateway", "worker", "inference"])
def test_the_settings_are_valid_in_production(
    objects: list[Manifest], service: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    passwords = {f"redis_{user}_password": "something-as-long-as-that" for user in ("gateway", "worker")}
    keys = {"api_keys.toml": f'[first]\nsha256 = "{"ab" * 32}"', "webhook_secrets": "whsec_" + "a" * 32}
    for key, value in (passwords | keys).items():
        (tmp_path / key).write_text(value)
    for key, value in environment_of(objects, pods(objects)[service]["containers"][0]).items():
        monkeypatch.setenv(key, value.replace("/run/secrets/photo-critic", str(tmp_path)))
    settings = SETTINGS[service]()
    if service != "inference":
        url = settings.model_dump()["redis_url"]
        assert re.match(rf"rediss?://{service}:something-as-long-as-that@\S+:\d+/0$", url)
        assert settings.model_dump()["storage_url"].startswith("s3://")


def test_ports_are_those_that_the_services_listen_on(objects: list[Manifest]) -> None:
    def port(service: str, name: str) -> int:
        ports = pods(objects)[service]["containers"][0]["ports"]
        return next(int(declared["containerPort"]) for declared in ports if declared["name"] == name)

    inference = {name: port("inference", name) for name in ("http", "grpc", "metrics")}
    assert inference == {"http": 8000, "grpc": 8001, "metrics": 8002}  # Triton's own, too
    environment = environment_of(objects, pods(objects)["gateway"]["containers"][0])
    assert int(environment["CRITIC_GATEWAY_PORT"]) == port("gateway", "http")
    environment = environment_of(objects, pods(objects)["worker"]["containers"][0])
    assert int(environment["CRITIC_WORKER_METRICS_PORT"]) == port("worker", "metrics")
    assert environment["CRITIC_INFERENCE_URL"] == f"balancer:{port('balancer', 'grpc')}"


def test_every_service_finds_pods_and_their_port(objects: list[Manifest]) -> None:
    templates = {name: workload["spec"]["template"] for name, workload in workloads(objects).items()}
    for name, service in named(objects, "Service").items():
        if name == "nowhere":
            continue
        selector = service["spec"]["selector"].items()
        matching = [workload for workload in templates.values() if selector <= workload["metadata"]["labels"].items()]
        assert len(matching) == 1, name
        ports = {port["name"] for port in matching[0]["spec"]["containers"][0]["ports"]}
        assert {port["targetPort"] for port in service["spec"]["ports"]} <= ports, name


def test_grace_periods_exceed_the_drain(objects: list[Manifest]) -> None:
    """The drain of the code, with the delay before it."""
    inference, drain = InferenceSettings(inference_drain_delay_seconds=5), "CRITIC_GATEWAY_DRAIN_DELAY_SECONDS"
    drain_seconds = {
        "gateway": float(environment_of(objects, pods(objects)["gateway"]["containers"][0])[drain]) + FINISH_SECONDS,
        "worker": WorkerSettings().shutdown_grace_seconds,
        "webhooks": SenderSettings().webhook_timeout_seconds,
        "inference": inference.inference_drain_delay_seconds + inference.inference_drain_deadline_seconds,
        "balancer": 5 + 20,  # preStop, and hard-stop-after in inference.cfg
    }
    for name, pod in pods(objects).items():
        assert pod["terminationGracePeriodSeconds"] > drain_seconds.get(name, 0), name
