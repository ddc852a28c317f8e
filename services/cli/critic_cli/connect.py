"""A client for a command, or an error with the remedy."""

from critic_cli.errors import CommandError
from critic_client import Client, NoServer, NotPhotoCritic


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
