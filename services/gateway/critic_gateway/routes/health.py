"""For those who run it: alive, ready, metrics."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from critic_core.runtime.metrics import exposition
from critic_gateway.health.gauges import look_up
from critic_gateway.health.readiness import Readiness, ReadinessProbe

router = APIRouter(tags=["operations"])


def _probe(request: Request) -> ReadinessProbe:
    probe: ReadinessProbe = request.app.state.probe
    return probe


@router.get("/livez", summary="Is the process alive?", responses={503: {"description": "It is about to stop"}})
async def livez(request: Request, response: Response) -> dict[str, str]:
    """Answers as long as the event loop turns; says nothing about anything else.

    503 once the process was told to stop: it finishes what is under way, and balancers send it nothing new.
    """
    if request.app.state.leaving:
        response.status_code = HTTPStatus.SERVICE_UNAVAILABLE
        return {"status": "leaving"}
    return {"status": "alive"}


@router.get("/readyz", summary="Can it answer?", responses={503: {"model": Readiness}})
def readyz(probe: Annotated[ReadinessProbe, Depends(_probe)], response: Response) -> Readiness:
    """Queue, storage, and a golden photo that lately went through a worker and the inference server."""
    readiness = probe.look()
    if not readiness.ready:
        response.status_code = HTTPStatus.SERVICE_UNAVAILABLE
    return readiness


@router.get("/metrics", summary="Figures for Prometheus", response_class=Response)
def metrics(probe: Annotated[ReadinessProbe, Depends(_probe)]) -> Response:
    """Prometheus text. The backlog counts queued, reserved and running photos."""
    look_up(probe.parts, probe.look())
    text, media_type = exposition()
    return Response(text, media_type=media_type)
