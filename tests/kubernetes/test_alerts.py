"""The alerts of the chart are those of Compose, for their own namespace alone."""

import re
from pathlib import Path

import pytest
import yaml
from infra.generate import NAMESPACE as PLACEHOLDER
from infra.generate import in_namespace
from tests.kubernetes.rendered import NAMESPACE, ROOT, named, rendered
from tests.support.promtool import promtool

CASES = ROOT / "infra/monitoring/tests/alerts.yml"


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    """The rules of a release in the namespace."""
    path = tmp_path / "rules.yml"
    path.write_text(yaml.safe_dump(named(rendered("cpu"), "PrometheusRule")["photo-critic"]["spec"]))
    return path


def cases_of(namespace: str, rules: Path) -> list[dict[str, object]]:
    """The cases of Compose, with series of a namespace; those of the edge are left out."""
    known = set(re.findall(r"alert: (\w+)", rules.read_text()))
    cases = [case for case in yaml.safe_load(CASES.read_text("utf-8"))["tests"] if case["name"].split()[0] in known]
    for case in cases:
        for series in case["input_series"]:
            series["series"] = in_namespace(series["series"]).replace(PLACEHOLDER, namespace)
    assert len(cases) > 50
    return cases


def run(cases: list[dict[str, object]], rules: Path) -> None:
    document = {"rule_files": [str(rules)], "evaluation_interval": "1m", "tests": cases}
    path = rules.with_name("cases.yml")
    path.write_text(yaml.safe_dump(document))
    promtool("test", "rules", str(path))


def test_the_alerts_of_compose_fire_in_the_namespace(rules: Path) -> None:
    run(cases_of(NAMESPACE, rules), rules)


@pytest.mark.parametrize(
    ("values", "expected"),
    [([], True), (["backups.enabled=false"], False), (["redis.external=cache.example.com:6380/0"], False)],
)
def test_only_backups_of_the_chart_can_be_missing(values: list[str], *, expected: bool) -> None:
    groups = named(rendered("cpu", *values), "PrometheusRule")["photo-critic"]["spec"]["groups"]
    alerts = {rule.get("alert") for group in groups for rule in group["rules"]}
    assert ("BackupMissing" in alerts) is expected
    assert "RedisDown" in alerts


def test_another_namespace_wakes_nobody(rules: Path) -> None:
    """One case of firing for each alert, but for the gateway's, which is for its absence."""
    firing = [case for case in cases_of("somebody-elses", rules) if str(case["name"]).endswith(" fires")]
    cases = list({case["name"]: case for case in firing if "GatewayUnreachable" not in str(case["name"])}.values())
    for case in cases:
        for question in case["promql_expr_test"]:  # type: ignore[attr-defined]  # of a document
            question["exp_samples"] = []
    run(cases, rules)
