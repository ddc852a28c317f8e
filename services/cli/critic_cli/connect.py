"""A client for a command, or an error with the remedy."""

from critic_cli.errors import CommandError
from critic_client import Client, NoServer, NotPhotoCritic
from critic_core.contracts.errors import CriticError


def connect(url: str, api_key: str | None) -> Client:
    """A client of a server that is up. CommandError when there is none."""
    try:
        client = Client(url, api_key)
        client.check_server()
    except NoServer:
        raise CommandError(
            f"No Photo Critic answers at {url}. Start one on this machine with `photo-critic up`, "
            f"or name another address with --url or CRITIC_URL."
        ) from None
    except NotPhotoCritic as error:
        raise CommandError(f"{error.detail} Name the address of Photo Critic with --url or CRITIC_URL.") from None
    return client


def check_model(client: Client, model: str | None) -> None:
    """One error for an unknown model, in place of one a photo."""
    if model is None:
        return
    try:
        names = [manifest.name for manifest in client.models()]
    except CriticError as error:
        raise CommandError(error.detail) from None
    if model not in names:
        raise CommandError(f"The server has no model '{model}'. Its models: {', '.join(names) or 'none yet'}.")
