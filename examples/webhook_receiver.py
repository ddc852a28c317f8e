"""Receives webhooks and prints the score of each photo: python webhook_receiver.py PORT whsec_…

The secrets come from GET /v1/webhooks/secrets?callback_url=…
"""

import sys
from http.server import BaseHTTPRequestHandler, HTTPServer

from photo_critic_client.webhooks import WebhookRejected, verify_webhook


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        try:
            event = verify_webhook(body, self.headers, sys.argv[2:])
        except WebhookRejected:
            self.send_error(401)
            return
        print(event.type, event.data["id"], event.data.get("critique", {}).get("score"), flush=True)
        self.send_response(204)
        self.end_headers()


HTTPServer(("127.0.0.1", int(sys.argv[1])), Receiver).serve_forever()
