"""FastAPI on uvicorn: `python -m tests.load.peer_servers.fastapi_server PORT PROCESSES`."""

import sys

import uvicorn
from fastapi import FastAPI, Response, UploadFile
from tests.load.peer_servers.critique import PhotoCritic

app = FastAPI()
critic = PhotoCritic()


@app.post("/predict")
def predict(request: UploadFile) -> Response:
    """The critique of the photo."""
    return Response(critic.critique(request.file.read()), media_type="application/json")


if __name__ == "__main__":
    uvicorn.run(
        "tests.load.peer_servers.fastapi_server:app",
        host="127.0.0.1",
        port=int(sys.argv[1]),
        workers=int(sys.argv[2]),
        timeout_worker_healthcheck=60,  # five seconds are too few to import in, on a loaded machine
        log_level="error",
    )
