"""Logs: a JSON object per line (or text for people), from our code and from libraries."""

import logging
import sys
from typing import Any

import structlog
from structlog.typing import Processor

from critic_core.runtime import tracing


def configure(service: str, level: str, style: str = "json") -> None:
    """Write all logs, including logs of libraries through `logging`, to standard error in one format."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        *([_name_trace] if tracing.enabled() else []),
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        _name_uvicorn,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_formatter(service, style, shared))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)


def _name_uvicorn(_: Any, __: str, event: Any) -> Any:
    """Rename `uvicorn.error`, Uvicorn's logger also for informational lines."""
    if event.get("logger") == "uvicorn.error":
        event["logger"] = "uvicorn"
    return event


def _name_trace(_: Any, __: str, event: Any) -> Any:
    if trace_id := tracing.current_trace_id():
        event["trace_id"] = trace_id
    return event


def _formatter(service: str, style: str, shared: list[Processor]) -> logging.Formatter:
    def name_service(_: Any, __: str, event: Any) -> Any:
        event["service"] = service
        return event

    renderer: Processor = (
        structlog.processors.JSONRenderer() if style == "json" else structlog.dev.ConsoleRenderer(colors=False)
    )
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[name_service, structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
    )


def logger(name: str) -> structlog.stdlib.BoundLogger:
    """A structured logger: `log.info("photo_done", photo_id=…)`."""
    bound: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(name)
    return bound
