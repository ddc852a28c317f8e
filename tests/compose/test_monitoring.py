"""Prometheus on the real stack: it finds every replica, no rule fails, and what dashboards ask for is there."""

import json
import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from tests.compose.stack import ROOT, Stack
from tests.support.waiting import until

pytestmark = [pytest.mark.compose, pytest.mark.timeout(660)]

DASHBOARDS = sorted((ROOT / "infra/monitoring/grafana/dashboards").glob("*.json"))
# Cannot be checked here, for want of a GPU and of NVIDIA's exporter; tests/architecture checks their names.
ON_A_GPU = re.compile(r"nv_gpu_\w+|DCGM_\w+")
# Not on a stack that is well: what counts events that did not happen here, what a sender of webhooks tells (none is
# started here), what takes hours or hundreds of photos to be known.
NOT_HERE = {
    "critic_inference_model_rejected", "critic_worker_requeues_total",
    "critic_photos_rejected_total", "critic_worker_canary_fallbacks_total", "critic_worker_shadow_photos_total",
    "critic_worker_shadow_difference_sum", "critic_worker_shadow_difference_count",
    "critic_worker_shadow_difference_bucket", "critic_webhook_attempts_total", "critic_webhook_attempts_in_progress",
    *(f"critic:requests_failed:{window}" for window in ("5m", "30m", "1h", "6h")),
    "critic:critiques:6h", "critic:score_share:6h", "critic:score_drift:6h",
    "critic:shadow_difference:1h", "critic:percentile:1h", "critic:version_difference:1h",
}  # fmt: skip
METRIC = re.compile(r"\b(?:(?:critic|nv|haproxy|DCGM)_\w+|critic:[\w:]+|up)\b")


class Prometheus:
    """Its HTTP API."""

    def __init__(self, url: str) -> None:
        self._url = url

    def ask(self, path: str, **params: str) -> Any:
        """The data of an answer; AssertionError, with what was wrong, when it is none."""
        answer = httpx.get(f"{self._url}/api/v1/{path}", params=params, timeout=10, trust_env=False).json()
        assert answer["status"] == "success", (params, answer)
        return answer["data"]

    def up(self) -> dict[str, int]:
        """How many targets of each job answer."""
        found = self.ask("query", query="sum by (job) (up)")["result"]
        return {series["metric"]["job"]: int(series["value"][1]) for series in found}

    def names(self) -> set[str]:
        """Every metric that was told so far."""
        return set(self.ask("label/__name__/values"))


@pytest.fixture(scope="module")
def prometheus(stack: Stack, photographs: dict[str, bytes]) -> Iterator[Prometheus]:
    """Prometheus beside the stack, which has scored photographs; it is taken away again."""
    stack.compose("--profile", "monitoring", "up", "--detach", "--wait", "--no-recreate", "--no-deps", "prometheus")
    for data in photographs.values():
        stack.score(data)
    address = stack.compose("--profile", "monitoring", "port", "prometheus", "9090").strip()
    yield Prometheus(f"http://{address}")
    stack.compose("--profile", "monitoring", "rm", "--stop", "--force", "prometheus")
    stack.compose("up", "--detach", "--no-recreate", "--scale", "worker=2", "worker")


def test_every_replica_is_scraped_and_a_new_one_is_found(stack: Stack, prometheus: Prometheus) -> None:
    singles = {"gateway": 1, "inference": 1, "edge": 1, "balancer": 1, "prometheus": 1}
    until(lambda: prometheus.up() == {**singles, "worker": 2}, 60, "an answer of every part")
    stack.scale(worker=3)
    until(lambda: prometheus.up() == {**singles, "worker": 3}, 60, "an answer of the third worker")


def test_what_dashboards_and_rules_ask_for_is_there(prometheus: Prometheus) -> None:
    rules = [path.read_text("utf-8") for path in (ROOT / "infra/monitoring/prometheus/rules").glob("*.yml")]
    queried = {name for text in [*rules, *map(expressions, DASHBOARDS)] for name in METRIC.findall(text)}
    here = {name for name in queried - NOT_HERE if not ON_A_GPU.fullmatch(name)}
    until(lambda: here <= prometheus.names(), 60, "every metric that is asked for")


def test_every_panel_asks_what_prometheus_understands(prometheus: Prometheus) -> None:
    for path in DASHBOARDS:
        for expression in expressions(path).splitlines():
            prometheus.ask("query", query=expression)


def test_no_rule_fails_and_nobody_is_woken(prometheus: Prometheus) -> None:
    def rules() -> list[dict[str, Any]]:
        return [rule for group in prometheus.ask("rules")["groups"] for rule in group["rules"]]

    until(lambda: all(rule["health"] == "ok" for rule in rules()), 60, "an evaluation of every rule")
    assert [rule["name"] for rule in rules() if rule.get("state") == "firing"] == []


def test_the_backlog_is_the_truth_while_workers_stand_still(stack: Stack, prometheus: Prometheus) -> None:
    """Reserved photos are in it: it never falls while photos come and none is answered."""
    stack.compose("pause", "worker")
    try:
        backlogs = []
        for number in range(1, 9):
            stack.client.post("/v1/photos", content=(ROOT / "tests/data/cat.png").read_bytes()).raise_for_status()
            backlogs.append(_backlog(stack))
            assert backlogs[-1] == number
        assert backlogs == sorted(backlogs)
    finally:
        stack.compose("unpause", "worker")
    until(lambda: _backlog(stack) == 0, 60, "an answer to every photo")


def test_every_metric_of_ours_is_in_the_docs_and_its_labels_are_short(prometheus: Prometheus) -> None:
    docs = (ROOT / "docs/monitoring.md").read_text("utf-8")
    names = {name for name in prometheus.names() if not name.endswith("_created")}
    families = {re.sub(r"_(bucket|sum|count)$", "", name) for name in names}
    ours = {name for name in families if name.startswith("critic_")}
    assert len(ours) > 20
    assert [name for name in sorted(ours) if f"`{name}`" not in docs] == []
    for label in prometheus.ask("labels"):
        values = prometheus.ask(f"label/{label}/values", **{"match[]": '{__name__=~"critic_.+"}'})
        assert [value for value in values if len(value) > 60 or " " in value] == [], label


def expressions(path: Any) -> str:
    """Every question of a dashboard, one a line."""
    panels = json.loads(path.read_text("utf-8"))["panels"]
    lines = "\n".join(target["expr"] for panel in panels for target in panel["targets"])
    return lines.replace("$namespace", ".*")


def _backlog(stack: Stack) -> int:
    """As the gateway tells it."""
    inside = "import urllib.request as u; print(u.urlopen('http://127.0.0.1:8000/metrics').read().decode())"
    text = stack.inside("gateway", "python", "-c", inside).stdout
    return int(float(next(line for line in text.splitlines() if line.startswith("critic_backlog_photos ")).split()[1]))
