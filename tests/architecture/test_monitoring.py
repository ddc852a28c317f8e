"""Rules, runbooks and dashboards, as far as they can be checked without a running stack."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from tests.support.promtool import promtool

from critic_inference.gpus import GAUGES

ROOT = Path(__file__).parents[2]
MONITORING = ROOT / "infra/monitoring"
RULES = sorted((MONITORING / "prometheus/rules").glob("*.yml"))
CASES = sorted((MONITORING / "tests").glob("*.yml"))
RUNBOOKS = ROOT / "docs/runbooks"
MOST_WORDS_OF_A_RUNBOOK = 80  # read during an incident
REPOSITORY = "https://github.com/photo-critic/photo-critic"
DATA_SOURCE = {"type": "prometheus", "uid": "${datasource}"}
IN_NAMESPACE = 'namespace=~"$namespace"'
SELECTORS = re.compile(r"(?<![\w:])(?:(?:critic|nv|haproxy)[\w:]+|up)\b\{")
DASHBOARDS = sorted((MONITORING / "grafana/dashboards").glob("*.json"))
# Of etc/default-counters.csv of dcgm-exporter: what our dashboards ask of it.
OF_DCGM = {
    "DCGM_FI_DEV_GPU_UTIL", "DCGM_FI_DEV_FB_USED", "DCGM_FI_DEV_POWER_USAGE", "DCGM_FI_DEV_GPU_TEMP",
    "DCGM_FI_DEV_XID_ERRORS",
}  # fmt: skip
RULES_TEXT = "".join(path.read_text("utf-8") for path in RULES)
ALERTS = re.findall(r"^ +- alert: (\w+)$", RULES_TEXT, re.MULTILINE)


def test_the_rules_can_be_read() -> None:
    promtool("check", "rules", "--lint=all", "--lint-fatal", *map(str, RULES))


@pytest.mark.parametrize("cases", CASES, ids=lambda path: path.stem)
def test_every_alert_fires_when_it_should_and_stays_silent_when_not(cases: Path) -> None:
    promtool("test", "rules", str(cases))


@pytest.mark.parametrize("alert", ALERTS)
def test_every_alert_has_both_cases_a_runbook_and_its_line_in_the_docs(alert: str) -> None:
    cases = "".join(path.read_text("utf-8") for path in CASES)
    assert f"name: {alert} fires\n" in cases
    assert f"name: {alert} stays silent\n" in cases
    assert f"runbook_url: {REPOSITORY}/blob/main/docs/runbooks/{alert}.md\n" in RULES_TEXT
    assert f"(runbooks/{alert}.md)" in (ROOT / "docs/monitoring.md").read_text("utf-8")


def test_every_runbook_is_of_an_alert_and_says_what_to_do() -> None:
    assert len(ALERTS) > 10
    assert sorted(path.stem for path in RUNBOOKS.glob("*.md")) == sorted(ALERTS)
    shape = re.compile(
        r"# (\w+)\n\n\*\*Meaning\.\*\* .+?\n\n\*\*Check\.\*\*\n\n```sh\n.+?\n```\n\n\*\*Fix\.\*\* .+", re.DOTALL
    )
    for path in RUNBOOKS.glob("*.md"):
        text = path.read_text("utf-8")
        matched = shape.fullmatch(text)
        assert matched, path.name
        assert matched[1] == path.stem
        assert len(text.split()) <= MOST_WORDS_OF_A_RUNBOOK, path.name


def test_runbooks_are_for_production_too() -> None:
    """Where Redis wants a password, and its port is nobody's: what asks it runs in a container."""
    for path in RUNBOOKS.glob("*.md"):
        text = path.read_text("utf-8")
        assert not re.search(r"(?<!with-redis-password )redis-cli", text), path.name
        assert not re.search(r"photo-critic (model|dead-letters)", text), path.name


@pytest.mark.parametrize("path", DASHBOARDS, ids=lambda path: path.stem)
def test_a_dashboard_is_whole(path: Path) -> None:
    board = json.loads(path.read_text("utf-8"))
    panels: list[dict[str, Any]] = board["panels"]
    assert (board["uid"], board["editable"]) == (path.stem, False)
    assert [panel["id"] for panel in panels] == list(range(1, len(panels) + 1))
    for panel in panels:
        assert panel["title"]
        assert panel["description"], panel["title"]
        assert panel["fieldConfig"]["defaults"]["unit"], panel["title"]
        assert panel["targets"], panel["title"]
        sources = [panel.get("datasource", DATA_SOURCE), *(target["datasource"] for target in panel["targets"])]
        assert all(source == DATA_SOURCE for source in sources), panel["title"]
        for target in panel["targets"]:
            assert len(SELECTORS.findall(target["expr"])) == target["expr"].count(IN_NAMESPACE), panel["title"]
        grid = panel["gridPos"]
        assert grid["x"] + grid["w"] <= 24, panel["title"]
    assert len({(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in panels}) == len(panels)


def test_gpu_metrics_are_exported_by_our_server_or_by_default_by_nvidias() -> None:
    """The live stack of the tests has no GPU."""
    queried = set(re.findall(r"\b(?:nv_gpu|DCGM)_\w+", "".join(path.read_text("utf-8") for path in DASHBOARDS)))
    assert queried
    assert queried <= {*GAUGES, *OF_DCGM}


def test_dashboards_import_into_any_grafana() -> None:
    """Which Prometheus, and which namespace, are variables; without a label `namespace`, all of them are ours."""
    boards = [json.loads(path.read_text("utf-8")) for path in DASHBOARDS]
    assert len({board["uid"] for board in boards}) == len(boards) >= 3
    for board in boards:
        source, namespace = board["templating"]["list"]
        assert (source["name"], source["type"], source["query"]) == ("datasource", "datasource", "prometheus")
        assert (namespace["name"], namespace["datasource"], namespace["allValue"]) == ("namespace", DATA_SOURCE, ".*")
