"""A client of the REST API, synchronous and asynchronous with the same calls.

    with Client("http://127.0.0.1:8000") as critic:
        print(critic.score(Path("photo.jpg")).critique.score)

        shoot = critic.albums.create("Wedding")
        critic.albums.add(shoot.id, sorted(Path("wedding").glob("*.jpg")))
        critic.albums.wait(shoot.id)
        for photo in critic.albums.selection(shoot.id, keep=60):
            print(photo.rank, photo.file_name, photo.verdict)

The server's errors are raised as classes of `critic_core.contracts.errors`; `permanent` on them says whether a retry
can help. Thread-safe.
"""

from critic_client.asynchronous.albums import AsyncAlbums
from critic_client.asynchronous.batches import AsyncBatches
from critic_client.asynchronous.client import AsyncClient
from critic_client.asynchronous.taste import AsyncTasteCalls
from critic_client.errors import CritiquePending, NoServer, NotPhotoCritic, error_of
from critic_client.events import Event
from critic_client.photo_files import OnProgress
from critic_client.requests import Parameters, selection_parameters
from critic_client.synchronous.albums import Albums
from critic_client.synchronous.batches import Batches
from critic_client.synchronous.client import Client
from critic_client.synchronous.taste import TasteCalls

__all__ = [
    "Albums",
    "AsyncAlbums",
    "AsyncBatches",
    "AsyncClient",
    "AsyncTasteCalls",
    "Batches",
    "Client",
    "CritiquePending",
    "Event",
    "NoServer",
    "NotPhotoCritic",
    "OnProgress",
    "Parameters",
    "TasteCalls",
    "error_of",
    "selection_parameters",
]
