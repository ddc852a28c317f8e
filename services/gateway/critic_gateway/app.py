"""The gateway as one ASGI application."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.staticfiles import StaticFiles

from critic_core.runtime.packaged import packaged_folder
from critic_gateway.dependencies import at_a_glance, open_parts
from critic_gateway.health.readiness import ReadinessProbe
from critic_gateway.http import problems
from critic_gateway.http.early_response import Lingering
from critic_gateway.http.middleware import RequestContext
from critic_gateway.routes import album_events, album_results, albums, deliveries, health, models, photos, usage
from critic_gateway.settings import GatewaySettings

DESCRIPTION = "Looks at photographs and says how good they are, which to keep, and why."


def create_app(settings: GatewaySettings) -> FastAPI:
    """The gateway with these settings; its parts are opened when it starts and closed when it stops."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with open_parts(settings) as parts:
            with at_a_glance(parts) as glance:
                app.state.parts = parts
                app.state.probe = ReadinessProbe(glance)
                yield

    # FastAPI's own documentation pages load scripts from elsewhere, which the content security policy forbids.
    app = FastAPI(
        title="Photo Critic",
        version="1",
        description=DESCRIPTION,
        lifespan=lifespan,
        openapi_url="/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
    )
    app.state.leaving = False
    problems.install(app, settings)
    for router in (
        photos.router,
        deliveries.router,
        albums.router,
        album_results.router,
        album_events.router,
        models.router,
        usage.router,
        health.router,
    ):
        app.include_router(router)
    app.mount("/", StaticFiles(directory=packaged_folder("critic_gateway", "page", "frontend"), html=True), name="page")
    app.add_middleware(RequestContext)
    app.add_middleware(Lingering)  # around all others: the log tells when the answer left
    return app
