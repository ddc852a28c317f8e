"""What the stack still waits for, in a sentence."""

import json

import pytest
from tests.support.scripted_server import Answer, ScriptedServer

from critic_cli.stack.readiness import client, what_is_missing


def test_a_ready_stack_misses_nothing(server: ScriptedServer) -> None:
    with client() as http:
        assert what_is_missing(server.url, http) is None


def test_what_is_not_well_is_told_and_the_rest_is_not(server: ScriptedServer) -> None:
    checks = {"queue": {"ok": True, "detail": "fine"}, "scoring": {"ok": False, "detail": "no worker yet"}}
    server.answer = lambda _: Answer(503, json.dumps({"ready": False, "checks": checks}).encode())
    with client() as http:
        assert what_is_missing(server.url, http) == "scoring: no worker yet"


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"checks": 1}'])
def test_another_program_on_the_port_is_told_apart(server: ScriptedServer, body: bytes) -> None:
    server.answer = lambda _: Answer(503, body)
    with client() as http:
        assert what_is_missing(server.url, http) == f"something else than Photo Critic answers at {server.url}"


def test_nobody_there_yet() -> None:
    with client() as http:
        assert what_is_missing("http://127.0.0.1:9", http) == "the gateway does not answer yet"
