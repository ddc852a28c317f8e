"""Pages of other origins: none may read responses, unless their origin is in the settings."""

from typing import Any


def cors_options(origins: tuple[str, ...]) -> dict[str, Any]:
    """Options of Starlette's CORSMiddleware. API keys are headers, so cookies and other credentials stay out."""
    return {
        "allow_origins": origins,
        "allow_methods": ["GET", "POST", "PUT", "PATCH", "DELETE"],
        "allow_headers": ["X-API-Key", "Authorization", "Content-Type", "Idempotency-Key", "Last-Event-ID"],
        "expose_headers": ["Location", "Retry-After", "X-Request-ID", "RateLimit", "RateLimit-Policy"],
        "max_age": 600,
    }
