"""`python -m critic_gateway`: serve the REST API and the page."""

from contextlib import suppress

from critic_core.runtime import logs
from critic_core.runtime.allocator import retain_freed_memory
from critic_gateway.app import create_app
from critic_gateway.http.draining_server import DrainingServer
from critic_gateway.settings import GatewaySettings
from critic_gateway.tracing import trace_requests


def main() -> None:
    """Serve until SIGTERM or SIGINT, then drain."""
    settings = GatewaySettings()
    logs.configure("gateway", settings.log_level, settings.log_format)
    retain_freed_memory()
    app = create_app(settings)
    trace_requests(app)
    server = DrainingServer(app, settings)
    with suppress(KeyboardInterrupt):  # uvicorn raises it again after the shutdown
        server.run()


if __name__ == "__main__":
    main()
