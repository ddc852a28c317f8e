#!/bin/sh
# httpx-sse makes an event without data of each comment (a ping) that follows an event with an id. By the standard, an
# empty data buffer dispatches nothing: https://html.spec.whatwg.org/multipage/server-sent-events.html#dispatchMessage
# A consumer that parses every event as JSON fails after the first quiet ping. Fails when the behaviour changes.
set -eu
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q httpx-sse==0.4.3 httpx==0.28.1
cd "$folder" && ./venv/bin/python - <<'PYTHON'
from importlib.metadata import version

import httpx
from httpx_sse import EventSource

stream = b'id: 7\ndata: {"photos": 1}\n\n: ping\n\n'
response = httpx.Response(200, headers={"Content-Type": "text/event-stream"}, content=stream)
events = [(event.id, event.data) for event in EventSource(response).iter_sse()]
print("httpx-sse", version("httpx-sse"), events)
assert events == [("7", '{"photos": 1}'), ("7", "")], "httpx-sse changed"
PYTHON
