"""The autoscalers' questions to Prometheus: real metrics, right answers, and no answer where nothing is known."""

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
    """What the trigger of a ScaledObject on Prometheus is told."""
    (trigger,) = [one for one in scaled["spec"]["triggers"] if one["type"] == "prometheus"]
    metadata: dict[str, str] = trigger["metadata"]
    return metadata


def test_no_answer_is_an_error_and_never_zero(objects: list[Manifest]) -> None:
    scaled = named(objects, "ScaledObject")
    assert set(scaled) == {"worker", "inference"}
    assert {prometheus(one)["ignoreNullValues"] for one in scaled.values()} == {"false"}
    assert all(one["spec"]["minReplicaCount"] >= 1 for one in scaled.values())


def test_what_scales_has_no_number_of_its_own(objects: list[Manifest]) -> None:
    scalers = [*named(objects, "ScaledObject").values(), *named(objects, "HorizontalPodAutoscaler").values()]
    for scaler in scalers:
        target = named(objects, "Deployment")[scaler["spec"]["scaleTargetRef"]["name"]]
        assert "replicas" not in target["spec"], "applying the manifests again would set back what the autoscaler chose"


@pytest.mark.parametrize("name", SCALED)
def test_questions_are_about_metrics_that_exist(name: str) -> None:
    assert set(re.findall(r"(\w+)\{", prometheus(SCALED[name])["query"])) <= METRICS


def test_a_full_backlog_asks_for_every_worker_there_may_be() -> None:
    """Beyond CRITIC_MAX_BACKLOG uploads are refused: workers that only more could ask for would never run."""
    asked = GatewaySettings().max_backlog / float(prometheus(SCALED["worker"])["threshold"])
    assert asked == SCALED["worker"]["spec"]["maxReplicaCount"]


def test_a_gpu_has_a_sharper_threshold_and_each_pod_one_whole_device() -> None:
    for overlay in ("gpu", "triton"):
        objects = rendered(FOLDERS[overlay])
        told, base = prometheus(named(objects, "ScaledObject")["inference"]), prometheus(SCALED["inference"])
        assert float(told["threshold"]) < float(base["threshold"])
        (container,) = pods(objects)["inference"]["containers"]
        assert container["resources"]["limits"]["nvidia.com/gpu"] == "1"


QUEUE, SUCCESS = (f"nv_inference_{what}{HERE}" for what in ("queue_duration_us", "request_success"))
GATEWAYS = [f'critic_backlog_photos{{namespace="photo-critic",pod="gateway-{one}"}}' for one in "ab"]
UNKNOWN = " ".join(["NaN"] * 40)


@pytest.mark.parametrize(
    ("name", "series", "answer"),
    [
        pytest.param("worker", dict.fromkeys(GATEWAYS, "250x40"), 250, id="two gateways tell of the same photos"),
        pytest.param("worker", dict.fromkeys(GATEWAYS, "0x40"), 0, id="nothing waits"),
        pytest.param("worker", dict.fromkeys(GATEWAYS, UNKNOWN), None, id="Redis is away"),
        pytest.param("worker", dict(zip(GATEWAYS, [UNKNOWN, "7x40"], strict=True)), 7, id="one gateway knows"),
        pytest.param("worker", {'critic_backlog_photos{namespace="another"}': "900x40"}, None, id="nothing is scraped"),
        pytest.param("inference", {QUEUE: "0+150000x40", SUCCESS: "0+10x40"}, 15_000, id="15 ms a request"),
        pytest.param("inference", {QUEUE: "9000x40", SUCCESS: "10x40"}, 0, id="no requests"),
        pytest.param("inference", {}, None, id="no replica is scraped"),
    ],
)
def test_the_answer(tmp_path: Path, name: str, series: dict[str, str], answer: float | None) -> None:
    rules = {"groups": [{"name": "it", "rules": [{"record": "answer", "expr": prometheus(SCALED[name])["query"]}]}]}
    samples = [] if answer is None else [{"labels": "answer", "value": answer}]
    test = {
        "interval": "5s",
        "input_series": [{"series": key, "values": value} for key, value in series.items()],
        "promql_expr_test": [{"expr": "answer", "eval_time": "3m", "exp_samples": samples}],
    }
    (tmp_path / "rules.yml").write_text(json.dumps(rules))
    unit: dict[str, Any] = {"rule_files": ["rules.yml"], "evaluation_interval": "5s", "tests": [test]}
    (tmp_path / "test.yml").write_text(json.dumps(unit))
    promtool("test", "rules", str(tmp_path / "test.yml"))
