"""Errors of the protocol, with Triton's HTTP status; the gRPC code follows from it.

Messages are Triton's own where it has one, so that a search finds them in its issue tracker.
"""

from critic_core.contracts.errors import CriticError, ServiceUnavailable


class RequestRefused(CriticError):
    """The inference request does not fit the model."""

    code, title, status, permanent = "inference_request_refused", "The inference request is not valid", 400, True


class RequestTooLarge(RequestRefused):
    """The inference request is larger than the limit."""

    code, title, status = "inference_request_too_large", "The inference request is too large", 413


class UnknownModel(CriticError):
    """The model repository has no such model or version."""

    code, title, status, permanent = "inference_unknown_model", "No such model", 404, True


class Unsupported(CriticError):
    """This server does not implement this part of the protocol."""

    code, title, status, permanent = "inference_unsupported", "Not supported", 501, True


class ModelNotReady(ServiceUnavailable):
    """The model is known, but not ready."""

    code, title = "inference_model_not_ready", "The model is not ready"


class QueueFull(ServiceUnavailable):
    """Exceeds maximum queue size."""

    code, title = "inference_queue_full", "Too many requests are waiting"


class QueueTimeout(ServiceUnavailable):
    """Request timeout expired."""

    code, title = "inference_queue_timeout", "The request waited too long"


class ComputeFailed(CriticError):
    """The runtime failed on this batch."""

    code, title, status, permanent = "inference_compute_failed", "The model failed", 500, False


class ModelUnusable(CriticError):
    """The model cannot be loaded."""

    code, title, status, permanent = "inference_model_unusable", "The model cannot be loaded", 503, True
