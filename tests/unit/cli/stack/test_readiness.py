"""The stack's readiness in a sentence."""

import json

import pytest
from tests.support.scripted_server import Answer, ScriptedServer

from critic_cli.stack.readiness import local_client, missing_parts


def test_a_ready_stack_misses_nothing(server: ScriptedServer) -> None:
    with local_client() as http:
        assert missing_parts(server.url, http) is None


def test_only_failed_checks_are_named(server: ScriptedServer) -> None:
    checks = {"queue": {"ok": True, "detail": "fine"}, "scoring": {"ok": False, "detail": "no worker yet"}}
    server.answer = lambda _: Answer(503, json.dumps({"ready": False, "checks": checks}).encode())
    with local_client() as http:
        assert missing_parts(server.url, http) == "scoring: no worker yet"


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"checks": 1}'])
def test_another_program_on_the_port_is_recognised(server: ScriptedServer, body: bytes) -> None:
    server.answer = lambda _: Answer(503, body)
    with local_client() as http:
        assert missing_parts(server.url, http) == f"another program than Photo Critic answers at {server.url}"


def test_a_gateway_that_does_not_answer_yet() -> None:
    with local_client() as http:
        assert missing_parts("http://127.0.0.1:9", http) == "the gateway does not answer yet"
