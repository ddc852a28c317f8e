"""The stack for others: it lets in who has a key, and its secrets are nowhere but in their files."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from tests.compose.conftest import built
from tests.compose.stack import Stack, run

from critic_core.contracts.photo import Photo

pytestmark = [pytest.mark.compose, pytest.mark.timeout(660)]

OVERLAY = "infra/compose/production.yml"


class Production(NamedTuple):
    """A guarded stack, the folder of its secrets and its first API key."""

    stack: Stack
    secrets: Path
    key: str


@pytest.fixture(scope="module")
def production(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Production]:
    """Started as the documentation says."""
    secrets = tmp_path_factory.mktemp("production") / "secrets"
    output = new_secrets(secrets)
    webhooks = {"CRITIC_WEBHOOK_SECRETS_FILE": "/run/secrets/webhook_secrets"}
    with built(OVERLAY, CRITIC_SECRETS=str(secrets), **webhooks) as stack:
        stack.up("edge", "gateway", "worker", "webhooks", "redis")
        yield Production(stack, secrets, output.partition("stored nowhere: ")[2].split()[0])


def new_secrets(folder: Path) -> str:
    return run([sys.executable, "infra/compose/new_secrets.py", str(folder)], 30)


def test_who_has_a_key_gets_a_critique_and_nobody_else_does(
    production: Production, photographs: dict[str, bytes]
) -> None:
    client, photo = production.stack.client, photographs["rocket.jpg"]
    answer = client.post("/v1/photos", params={"wait": 30}, content=photo, headers={"X-API-Key": production.key})
    assert Photo.model_validate(answer.json()).critique
    assert client.post("/v1/photos", content=photo).status_code == 401
    assert client.post("/v1/photos", content=photo, headers={"X-API-Key": "guessed"}).status_code == 401


def test_redis_takes_the_password_of_the_file_and_no_other(production: Production) -> None:
    stack = production.stack
    assert stack.inside("redis", "with-redis-password", "redis-cli", "ping").stdout.strip() == "PONG"
    assert "NOAUTH" in stack.inside("redis", "redis-cli", "ping").stdout
    assert "WRONGPASS" in stack.inside("redis", "env", "REDISCLI_AUTH=photo-critic", "redis-cli", "ping").stderr


def test_each_service_is_a_user_of_redis_with_rights_of_its_own(production: Production) -> None:
    stack = production.stack
    users = stack.inside("redis", "with-redis-password", "redis-cli", "acl", "users").stdout.split()
    clients = stack.inside("redis", "with-redis-password", "redis-cli", "client", "list").stdout
    assert set(users) == {"default", "gateway", "worker", "webhooks", "metrics"}
    assert all(f"user={name} " in clients for name in ("gateway", "worker", "webhooks"))


def test_no_secret_is_in_what_the_engine_knows_in_a_command_line_or_in_a_log(production: Production) -> None:
    stack = production.stack
    secrets = [production.key, *(value_of(path) for path in production.secrets.iterdir())]
    assert len(secrets) == 9
    containers = stack.containers()
    places = {
        "docker inspect": json.dumps(containers),
        "docker top": "".join(
            run(["docker", "top", container["Id"], "-eo", "pid,args"], 30) for container in containers
        ),
        "docker logs": stack.logs(),
    }
    assert "redis-server" in places["docker top"]
    assert [(where, secret) for where, text in places.items() for secret in secrets if secret in text] == []


def value_of(path: Path) -> str:
    text = path.read_text().strip()
    return text.split('"')[1] if path.suffix == ".toml" else text


def test_secrets_that_are_there_already_stay(production: Production) -> None:
    before = {path.name: path.read_bytes() for path in production.secrets.iterdir()}
    assert new_secrets(production.secrets).count(": exists, and stays") == len(before)
    assert {path.name: path.read_bytes() for path in production.secrets.iterdir()} == before
    assert production.secrets.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("service", "name", "text", "why"),
    [
        ("redis", "redis_password", None, "redis_password"),
        ("redis", "redis_password", "", "is empty"),
        ("redis", "redis_password", "photo-critic", "at least 16 characters"),
        ("redis", "redis_worker_password", "changeme", "at least 16 characters"),
        ("gateway", "redis_gateway_password", "", "redis_password"),
        ("gateway", "redis_gateway_password", "photo-critic", "default password"),
        ("worker", "redis_worker_password", "changeme", "at least 16 characters"),
        ("gateway", "api_keys.toml", "[first", "cannot be used"),
    ],
)
def test_without_a_good_secret_nothing_starts(
    production: Production, tmp_path: Path, service: str, name: str, text: str | None, why: str
) -> None:
    new_secrets(tmp_path / "secrets")
    (tmp_path / "secrets" / name).unlink()
    if text is not None:
        (tmp_path / "secrets" / name).write_text(text)
    refused = production.stack.alone(service, CRITIC_SECRETS=str(tmp_path / "secrets"))
    assert refused.returncode != 0
    assert why in refused.stdout + refused.stderr
