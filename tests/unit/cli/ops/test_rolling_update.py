"""Rolling updates, with a Compose project in memory."""

import json

import pytest

from critic_cli.ops import rolling_update
from critic_cli.ops.compose_project import ComposeProject, EngineError


class FakeProject(ComposeProject):
    """Containers by service; `scale` starts containers named by their number."""

    def __init__(self, **services: list[str]) -> None:
        super().__init__()
        self.services = services

    def run(self, *arguments: str, seconds: float) -> str:
        """`ps` alone prints."""
        return "\n".join(self.services.get(arguments[-1], [])) if arguments[0] == "ps" else ""

    def scale(self, service: str, replicas: int, seconds: float) -> None:
        """Start containers up to the number."""
        running = self.services[service]
        running += [f"new-{number}" for number in range(len(running), replicas)]


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """The `docker` commands so far; every inspected container is healthy."""
    commands: list[tuple[str, ...]] = []

    def docker(*arguments: str, seconds: float, with_stderr: bool = False) -> str:
        commands.append(arguments)
        status = {"Health": {"Status": "healthy"}, "Running": True}
        return json.dumps([{"State": status} for _ in arguments[1:]]) if arguments[0] == "inspect" else ""

    monkeypatch.setattr(rolling_update, "docker", docker)
    return commands


def test_new_containers_replace_the_old_ones(engine: list[tuple[str, ...]]) -> None:
    assert rolling_update.roll(FakeProject(worker=["a", "b"]), "worker", seconds=1)
    assert engine == [("inspect", "new-2", "new-3"), ("stop", "a", "b"), ("rm", "a", "b")]


def test_unhealthy_containers_are_removed_and_the_old_ones_stay(
    engine: list[tuple[str, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rolling_update, "healthy", lambda _: False)
    assert not rolling_update.roll(FakeProject(worker=["a"]), "worker", seconds=0)
    assert [command[0] for command in engine] == ["logs", "stop", "rm"]
    assert {command[-1] for command in engine} == {"new-1"}


def test_an_interruption_leaves_no_new_containers(
    engine: list[tuple[str, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> bool:
        raise KeyboardInterrupt

    monkeypatch.setattr(rolling_update, "wait_until", interrupt)
    with pytest.raises(KeyboardInterrupt):
        rolling_update.roll(FakeProject(worker=["a"]), "worker", seconds=1)
    assert engine == [("stop", "new-1"), ("rm", "new-1")]


def test_a_service_that_does_not_run_is_not_rolled() -> None:
    with pytest.raises(EngineError, match="worker does not run"):
        rolling_update.roll(FakeProject(), "worker", seconds=1)


def test_the_active_servers_of_a_balanced_service() -> None:
    class Balanced(FakeProject):
        def run(self, *arguments: str, seconds: float) -> str:
            """HAProxy's metrics."""
            return 'haproxy_backend_active_servers{proxy="gateways"} 3\n' if "edge" in arguments else ""

    assert rolling_update.active_servers(Balanced(), "gateway") == 3
    assert rolling_update.active_servers(Balanced(), "inference") == 0
    assert rolling_update.active_servers(FakeProject(worker=["a"]), "worker") == 1
