#!/bin/sh
# s3fs repeats what botocore has already repeated: a bucket that throttles (503 SlowDown) gets 25 requests for one put.
#
#     sh findings/s3fs-multiplies-retries-of-botocore.sh
#
# Each of the five attempts of s3fs is five of botocore's, while "SlowDown" asks for fewer requests. For 500 InternalError
# there are five in all. Fails when the behaviour changes (a minute: most of it are the waits between the attempts).
set -eu

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check s3fs==2026.9.0 aiobotocore==3.10.0 botocore==1.43.117

"$folder/venv/bin/python" - <<'PYTHON'
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import botocore
import s3fs

ERROR = "<Error><Code>{}</Code><Message>{}</Message></Error>"


class Throttled(BaseHTTPRequestHandler):
    protocol_version, requests = "HTTP/1.1", 0
    status, body = 503, b""

    def do_PUT(self):
        type(self).requests += 1
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(self.status)
        self.send_header("Content-Length", str(len(self.body)))
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, *_):
        pass


def requests(status, code, message):
    """Requests of one put to a bucket that always answers with this error."""
    Throttled.requests, Throttled.status, Throttled.body = 0, status, ERROR.format(code, message).encode()
    try:
        fs.pipe_file("bucket/key", b"a photo")
    except OSError:
        return Throttled.requests
    raise AssertionError("the put succeeded")


server = ThreadingHTTPServer(("127.0.0.1", 0), Throttled)
threading.Thread(target=server.serve_forever, daemon=True).start()
fs = s3fs.S3FileSystem(key="a", secret="b", endpoint_url=f"http://127.0.0.1:{server.server_port}")
throttled, failed = requests(503, "SlowDown", "Reduce your request rate"), requests(500, "InternalError", "We are sorry")
print(f"s3fs {s3fs.__version__}, botocore {botocore.__version__}: {throttled} requests for SlowDown, {failed} for InternalError")
sys.exit((throttled, failed) != (25, 5))
PYTHON
