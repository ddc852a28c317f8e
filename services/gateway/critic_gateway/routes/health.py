"""Liveness, readiness and metrics for operators."""

from http import HTTPStatus

from fastapi import APIRouter, Request, Response

from critic_core.runtime.metrics import exposition
from critic_gateway.dependencies import ReadinessDep
from critic_gateway.health.gauges import update_gauges
from critic_gateway.health.readiness import Readiness

router = APIRouter(tags=["operations"])


@router.get("/livez", summary="Get liveness", responses={503: {"description": "Draining before the shutdown"}})
async def get_liveness(request: Request, response: Response) -> dict[str, str]:
    """`200` while the event loop runs. `503` during the graceful shutdown, so that balancers send no new requests."""
    if request.app.state.draining:
        response.status_code = HTTPStatus.SERVICE_UNAVAILABLE
        return {"status": "draining"}
    return {"status": "alive"}


@router.get("/readyz", summary="Get readiness", responses={503: {"model": Readiness}})
def get_readiness(probe: ReadinessDep, response: Response) -> Readiness:
    """Queue, storage, and a recent golden photo through a worker and the inference server."""
    readiness = probe.check()
    if not readiness.ready:
        response.status_code = HTTPStatus.SERVICE_UNAVAILABLE
    return readiness


@router.get("/metrics", summary="Get metrics", response_class=Response)
def get_metrics(probe: ReadinessDep) -> Response:
    """Prometheus text format."""
    update_gauges(probe.clients, probe.check())
    text, media_type = exposition()
    return Response(text, media_type=media_type)
