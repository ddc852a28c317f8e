"""The autoscalers' queries: existing metrics, correct results, and no result where nothing is known."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from tests.kubernetes.helm import helm
from tests.kubernetes.rendered import CHART, COMBINATIONS, NAMESPACE, Manifest, named, pods, rendered
from tests.support.promtool import promtool

from critic_gateway import metrics
from critic_gateway.settings import GatewaySettings
from critic_inference.metrics import COUNTERS

SCALED = ("worker", "inference")
METRICS = {*COUNTERS, *(family.name for family in metrics.BACKLOG.collect())}
HERE = f'{{namespace="{NAMESPACE}"}}'


def scaled_object(name: str) -> Manifest:
    """The ScaledObject of a tier on CPUs."""
    return named(rendered("cpu"), "ScaledObject")[name]


def prometheus(scaled: Manifest) -> dict[str, str]:
    """The metadata of a ScaledObject's first trigger, of Prometheus."""
    trigger = scaled["spec"]["triggers"][0]
    assert trigger["type"] == "prometheus"
    metadata: dict[str, str] = trigger["metadata"]
    return metadata


@pytest.mark.parametrize("combination", ["cpu", "gpu", "triton"])
def test_an_empty_result_is_an_error_and_never_zero(combination: str) -> None:
    """But the queue time of no replica, where the photos decide."""
    scaled = named(rendered(combination), "ScaledObject")
    assert set(scaled) == set(SCALED)
    assert prometheus(scaled["worker"])["ignoreNullValues"] == "false"
    at_zero = "idleReplicaCount" in scaled["inference"]["spec"]
    assert prometheus(scaled["inference"])["ignoreNullValues"] == ("true" if at_zero else "false")
    assert all(scaler["spec"]["minReplicaCount"] >= 1 for scaler in scaled.values())


def test_a_photo_wakes_both_tiers_and_office_hours_keep_them_warm() -> None:
    scaled = named(rendered("triton"), "ScaledObject")
    for name in SCALED:
        spec = scaled[name]["spec"]
        assert spec["idleReplicaCount"] == 0
        waking = [trigger["metadata"] for trigger in spec["triggers"] if "activationThreshold" in trigger["metadata"]]
        assert {metadata["query"] for metadata in waking} == {f"max(critic_backlog_photos{HERE} >= 0)"}
        assert {trigger["metadata"]["timezone"] for trigger in spec["triggers"] if trigger["type"] == "cron"} == {
            "Europe/Berlin"
        }


def test_inference_never_sleeps_alone() -> None:
    file = COMBINATIONS["cpu"]
    done = helm("template", "photo-critic", CHART, "--values", file, "--set", "inference.toZero=true")
    assert done.returncode != 0
    assert "requires worker.toZero" in done.stderr


def test_autoscaled_workloads_have_no_replicas(objects: list[Manifest]) -> None:
    scalers = [*named(objects, "ScaledObject").values(), *named(objects, "HorizontalPodAutoscaler").values()]
    for scaler in scalers:
        target = named(objects, "Deployment")[scaler["spec"]["scaleTargetRef"]["name"]]
        assert "replicas" not in target["spec"], "another apply would reset the autoscaler's number"


@pytest.mark.parametrize("name", SCALED)
def test_queries_use_existing_metrics(name: str) -> None:
    assert set(re.findall(r"(\w+)\{", prometheus(scaled_object(name))["query"])) <= METRICS


def test_a_full_backlog_scales_to_the_maximum_of_workers() -> None:
    """Uploads beyond CRITIC_MAX_BACKLOG are rejected: a higher maximum would never be reached."""
    workers = GatewaySettings().max_backlog / float(prometheus(scaled_object("worker"))["threshold"])
    assert workers == scaled_object("worker")["spec"]["maxReplicaCount"]


@pytest.mark.parametrize(
    ("combination", "resource"), [("gpu", "nvidia.com/gpu.shared"), ("triton", "nvidia.com/mig-1g.10gb")]
)
def test_a_gpu_has_a_lower_threshold_and_each_pod_its_part_of_a_device(combination: str, resource: str) -> None:
    objects = rendered(combination)
    specific, base = prometheus(named(objects, "ScaledObject")["inference"]), prometheus(scaled_object("inference"))
    assert float(specific["threshold"]) < float(base["threshold"])
    (container,) = pods(objects)["inference"]["containers"]
    assert container["resources"]["limits"][resource] == "1"


def test_openvino_is_asked_for_where_its_image_runs() -> None:
    """Without it the server is not ready, instead of slow."""
    (container,) = pods(rendered("openvino"))["inference"]["containers"]
    assert container["image"].endswith("-openvino")
    assert {"name": "CRITIC_INFERENCE_ENGINE", "value": "openvino"} in container["env"]


def test_a_shared_device_has_a_memory_limit() -> None:
    (container,) = pods(rendered("gpu"))["inference"]["containers"]
    assert {"name": "CRITIC_GPU_MEMORY_LIMIT_MIB", "value": "8192"} in container["env"]
    done = helm("template", "it", CHART, "-f", COMBINATIONS["gpu"], "--set", "inference.gpu.memoryLimitMiB=0")
    assert "no memory limit of their own" in done.stderr


QUEUE, SUCCESS = (f"nv_inference_{what}{HERE}" for what in ("queue_duration_us", "request_success"))
GATEWAY_SERIES = [f'critic_backlog_photos{{namespace="{NAMESPACE}",pod="gateway-{name}"}}' for name in "ab"]
UNKNOWN = " ".join(["NaN"] * 40)


@pytest.mark.parametrize(
    ("name", "series", "expected"),
    [
        pytest.param("worker", dict.fromkeys(GATEWAY_SERIES, "250x40"), 250, id="two gateways report the same photos"),
        pytest.param("worker", dict.fromkeys(GATEWAY_SERIES, "0x40"), 0, id="empty backlog"),
        pytest.param("worker", dict.fromkeys(GATEWAY_SERIES, UNKNOWN), None, id="Redis is down"),
        pytest.param("worker", dict(zip(GATEWAY_SERIES, [UNKNOWN, "7x40"], strict=True)), 7, id="one gateway knows"),
        pytest.param("worker", {'critic_backlog_photos{namespace="another"}': "900x40"}, None, id="nothing is scraped"),
        pytest.param("inference", {QUEUE: "0+150000x40", SUCCESS: "0+10x40"}, 15_000, id="15 ms a request"),
        pytest.param("inference", {QUEUE: "9000x40", SUCCESS: "10x40"}, 0, id="no requests"),
        pytest.param("inference", {}, None, id="no replica is scraped"),
    ],
)
def test_the_result(tmp_path: Path, name: str, series: dict[str, str], expected: float | None) -> None:
    rules = {
        "groups": [{"name": "it", "rules": [{"record": "answer", "expr": prometheus(scaled_object(name))["query"]}]}]
    }
    samples = [] if expected is None else [{"labels": "answer", "value": expected}]
    test = {
        "interval": "5s",
        "input_series": [{"series": key, "values": value} for key, value in series.items()],
        "promql_expr_test": [{"expr": "answer", "eval_time": "3m", "exp_samples": samples}],
    }
    (tmp_path / "rules.yml").write_text(json.dumps(rules))
    unit: dict[str, Any] = {"rule_files": ["rules.yml"], "evaluation_interval": "5s", "tests": [test]}
    (tmp_path / "test.yml").write_text(json.dumps(unit))
    promtool("test", "rules", str(tmp_path / "test.yml"))
