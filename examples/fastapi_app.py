"""An application with photos of its users: uvicorn fastapi_app:app; then curl -F photo=@photo.jpg http://127.0.0.1:8000/avatars

The browser talks to this application, and only the application to Photo Critic, with its key.
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, HTTPException, Request, UploadFile
from photo_critic_client import AsyncClient
from photo_critic_client.contracts.errors import CriticError


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    url = os.environ.get("CRITIC_URL", "http://127.0.0.1:8000")
    async with AsyncClient(url, os.environ.get("CRITIC_API_KEY"), timeout_seconds=60) as app.state.critic:
        yield


app = FastAPI(lifespan=lifespan)


@app.post("/avatars")
async def check_avatar(request: Request, photo: UploadFile) -> dict[str, float | list[str]]:
    try:
        scored = await request.app.state.critic.score(await photo.read(), photo.filename)
    except CriticError as error:
        raise HTTPException(422 if error.permanent else 503, error.detail) from error
    advice = [reason.sentence for reason in scored.critique.reasons if not reason.favourable]
    return {"score": scored.critique.score, "advice": advice}
