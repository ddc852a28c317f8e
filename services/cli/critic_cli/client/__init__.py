"""A client of the REST API.

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

from critic_cli.client.client import Client
from critic_cli.client.errors import CritiquePending, NoServer, NotPhotoCritic, error_of

__all__ = ["Client", "CritiquePending", "NoServer", "NotPhotoCritic", "error_of"]
