"""The autoscalers' queries: existing metrics, correct results, and no result where nothing is known."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from tests.kubernetes.rendered import FOLDERS, Manifest, named, pods, rendered
from tests.support.promtool import promtool

from critic_gateway import metrics
from critic_gateway.settings import GatewaySettings
from critic_inference.metrics import COUNTERS

CPU = rendered(FOLDERS["cpu"])
SCALED = named(CPU, "ScaledObject")
METRICS = {*COUNTERS, *(family.name for family in metrics.BACKLOG.collect())}
HERE = '{namespace="photo-critic"}'


def prometheus(scaled: Manifest) -> dict[str, str]:
    """The metadata of a ScaledObject's Prometheus trigger."""
    (trigger,) = [trigger_spec for trigger_spec in scaled["spec"]["triggers"] if trigger_spec["type"] == "prometheus"]
    metadata: dict[str, str] = trigger["metadata"]
    return metadata


def test_an_empty_result_is_an_error_and_never_zero(objects: list[Manifest]) -> None:
    scaled = named(objects, "ScaledObject")
    assert set(scaled) == {"worker", "inference"}
    assert {prometheus(scaler)["ignoreNullValues"] for scaler in scaled.values()} == {"false"}
    assert all(scaler["spec"]["minReplicaCount"] >= 1 for scaler in scaled.values())


def test_autoscaled_workloads_have_no_replicas(objects: list[Manifest]) -> None:
    scalers = [*named(objects, "ScaledObject").values(), *named(objects, "HorizontalPodAutoscaler").values()]
    for scaler in scalers:
        target = named(objects, "Deployment")[scaler["spec"]["scaleTargetRef"]["name"]]
        assert "replicas" not in target["spec"], "another apply would reset the autoscaler's number"


@pytest.mark.parametrize("name", SCALED)
def test_queries_use_existing_metrics(name: str) -> None:
    assert set(re.findall(r"(\w+)\{", prometheus(SCALED[name])["query"])) <= METRICS


def test_a_full_backlog_scales_to_the_maximum_of_workers() -> None:
    """Uploads beyond CRITIC_MAX_BACKLOG are rejected: a higher maximum would never be reached."""
    workers = GatewaySettings().max_backlog / float(prometheus(SCALED["worker"])["threshold"])
    assert workers == SCALED["worker"]["spec"]["maxReplicaCount"]


def test_a_gpu_has_a_lower_threshold_and_each_pod_a_whole_device() -> None:
    for overlay in ("gpu", "triton"):
        objects = rendered(FOLDERS[overlay])
        specific, base = prometheus(named(objects, "ScaledObject")["inference"]), prometheus(SCALED["inference"])
        assert float(specific["threshold"]) < float(base["threshold"])
        (container,) = pods(objects)["inference"]["containers"]
        assert container["resources"]["limits"]["nvidia.com/gpu"] == "1"


QUEUE, SUCCESS = (f"nv_inference_{what}{HERE}" for what in ("queue_duration_us", "request_success"))
GATEWAY_SERIES = [f'critic_backlog_photos{{namespace="photo-critic",pod="gateway-{name}"}}' for name in "ab"]
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
    rules = {"groups": [{"name": "it", "rules": [{"record": "answer", "expr": prometheus(SCALED[name])["query"]}]}]}
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
