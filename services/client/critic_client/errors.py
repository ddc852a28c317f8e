"""The client's errors: its own, and the server's by their codes."""

from collections.abc import Iterator

import httpx

from critic_core.contracts.errors import CriticError, Problem, ServiceUnavailable


class NoServer(ServiceUnavailable):
    """No server answers at that address."""

    code, title = "no_server", "No server answers"


class NotPhotoCritic(CriticError):
    """The server at that address does not speak the API of this version of Photo Critic."""

    code, title, permanent = "not_photo_critic", "Not a Photo Critic server", True


class CritiquePending(CriticError):
    """The photo has no critique yet."""

    code, title = "critique_pending", "The photo has no critique yet"


def error_of(problem: Problem) -> CriticError:
    """The error class with the problem's code; CriticError for a code that this version does not know."""
    known = {kind.code: kind for kind in _family(CriticError)}
    return known.get(problem.code, CriticError)(problem.detail)


def error_in(response: httpx.Response) -> CriticError:
    """The error in an unsuccessful response."""
    try:
        return error_of(Problem.read(response.content))
    except ValueError:
        url = response.url.copy_with(query=None)
        return NotPhotoCritic(f"{url} returned status {response.status_code} without an explanation.")


def _family(kind: type[CriticError]) -> Iterator[type[CriticError]]:
    yield kind
    for child in kind.__subclasses__():
        yield from _family(child)
