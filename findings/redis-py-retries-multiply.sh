#!/bin/sh
# redis-py multiplies retries with health_check_interval: a command with N retries makes (N + 1) x (N + 1) attempts on a
# server that accepts connections and never responds, since the health check retries within each attempt.
#
#     sh findings/redis-py-retries-multiply.sh
#
# Retry(NoBackoff(), 4) and a timeout of 5 s promise 25 s at most, and take 125 s. Fails when the behaviour changes.
set -eu

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check redis==8.1.0

"$folder/venv/bin/python" - <<'PYTHON'
import socket
import sys
import threading

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

RETRIES = 4


def attempts(**options):
    """Connections of one PING."""
    accepted = []
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listener:

        def accept():
            while True:
                accepted.append(listener.accept()[0])

        threading.Thread(target=accept, daemon=True).start()
        port, retry = listener.getsockname()[1], Retry(NoBackoff(), RETRIES)
        client = redis.Redis(port=port, socket_timeout=0.05, retry=retry, **options)
        try:
            client.ping()
        except redis.TimeoutError:
            return len(accepted)


plain, checked = attempts(), attempts(health_check_interval=10)
print(f"redis-py {redis.__version__}, {RETRIES} retries: {plain} attempts, with health_check_interval {checked}")
sys.exit((plain, checked) != (RETRIES + 1, (RETRIES + 1) ** 2))
PYTHON
