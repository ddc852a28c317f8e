"""A server that answers, or a sentence that says what to do."""

from critic_cli.client import Client, NoServer, NotPhotoCritic
from critic_cli.refusal import Refusal


def reach(url: str, api_key: str | None) -> Client:
    """A client whose server answers. Refusal when nobody does."""
    try:
        client = Client(url, api_key)
        client.greet()
    except NoServer:
        raise Refusal(
            f"No Photo Critic answers at {url}. Start one on this machine with `photo-critic up`, "
            f"or say where yours is with --url or CRITIC_URL."
        ) from None
    except NotPhotoCritic as error:
        raise Refusal(f"{error.detail} Say where Photo Critic is with --url or CRITIC_URL.") from None
    return client
