"""The gateway as an ASGI application."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware

from critic_core.runtime.packaged import packaged_folder
from critic_gateway.http import problems
from critic_gateway.http.compression import COMPRESSION
from critic_gateway.http.cors import cors_options
from critic_gateway.http.early_response import EarlyResponse
from critic_gateway.http.methods import Methods
from critic_gateway.http.middleware import RequestContext
from critic_gateway.http.page_files import PageFiles
from critic_gateway.http.small_bodies import SmallBodies
from critic_gateway.routes import (
    account,
    album_events,
    album_results,
    albums,
    batches,
    decisions,
    deliveries,
    docs,
    group_corrections,
    health,
    insights,
    models,
    photos,
    shared,
    shares,
    taste,
    uploads,
    usage,
    webhook_events,
)
from critic_gateway.routes.document import Api
from critic_gateway.settings import GatewaySettings
from critic_gateway.state import open_app_state

DESCRIPTION = "Scores photographs, ranks and groups albums, and proposes which photos to keep, with reasons."
ROUTERS = [
    resource.router
    for resource in (
        photos,
        insights,
        albums,
        batches,
        decisions,
        album_results,
        group_corrections,
        album_events,
        deliveries,
        shares,
        shared,
        account,
        taste,
        uploads,
        models,
        usage,
        health,
        docs,
    )
]


def create_app(settings: GatewaySettings) -> FastAPI:
    """The application; it opens its clients at startup and closes them at shutdown."""
    app = Api(
        settings,
        title="Photo Critic",
        description=DESCRIPTION,
        lifespan=_lifespan(settings),
        openapi_url="/v1/openapi.json",
        docs_url=None,  # FastAPI's page loads scripts from a CDN, which the content security policy forbids
        redoc_url=None,
        webhooks=webhook_events.router,
    )
    app.state.draining = False
    problems.install(app, settings)
    for router in ROUTERS:
        app.include_router(router)
    docs.mount_assets(app)
    app.mount("/", PageFiles(packaged_folder("critic_gateway", "page", "frontend")), name="page")
    app.add_middleware(GZipMiddleware, **COMPRESSION)
    app.add_middleware(SmallBodies, limit=settings.max_body_bytes)
    app.add_middleware(Methods, routes=[route for router in ROUTERS for route in router.routes])
    if settings.cors_origins:
        app.add_middleware(CORSMiddleware, **cors_options(settings.cors_origins))
    app.add_middleware(RequestContext)
    app.add_middleware(EarlyResponse)  # outermost: the access log has the time at which the response was sent
    return app


def _lifespan(settings: GatewaySettings) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with open_app_state(settings) as app.state.gateway:
            yield

    return lifespan
