"""`python -m critic_gateway`: serve the REST API and the page."""

import uvicorn

from critic_core.runtime import logs
from critic_core.runtime.allocator import keep_freed_memory
from critic_gateway.app import create_app
from critic_gateway.settings import GatewaySettings
from critic_gateway.tracing import trace_requests


def main() -> None:
    """Serve until told to stop; requests under way are finished first."""
    settings = GatewaySettings()
    logs.configure("gateway", settings.log_level, settings.log_format)
    keep_freed_memory()
    app = create_app(settings)
    trace_requests(app)
    uvicorn.run(
        app,
        host=settings.gateway_host,
        port=settings.gateway_port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=35,
    )


if __name__ == "__main__":
    main()
