#!/bin/sh
# FastAPI calls a dependency once a request, but reads and validates its parameters again at every use: uses of uses
# multiply. Its documentation: a dependency of several others is called "only once per request".
set -eu
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q fastapi==0.165.0 httpx==0.28.1
cd "$folder" && ./venv/bin/python - <<'PYTHON'
import asyncio
from collections import Counter
from typing import Annotated

import fastapi
import httpx
from fastapi import Depends, Header
from pydantic import AfterValidator

LEVELS = 8
app, count = fastapi.FastAPI(), Counter()


def counted(name: str, value: str) -> str:
    count[name] += 1
    return value


async def caller(key: Annotated[str, Header(), AfterValidator(lambda key: counted("validated", key))]) -> str:
    return counted("called", key)


def level(below: object) -> object:
    async def dependency(first: Annotated[str, Depends(below)], second: Annotated[str, Depends(below)]) -> str:
        return first

    return dependency


top = caller
for _ in range(LEVELS):
    top = level(top)


@app.get("/")
async def respond(name: Annotated[str, Depends(top)]) -> str:
    return name


async def get() -> httpx.Response:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://app") as client:
        return await client.get("/", headers={"key": "ann"})


assert asyncio.run(get()).json() == "ann"
print("FastAPI", fastapi.__version__)
print(f"one request, {LEVELS} levels of two uses:", dict(count))
assert count == {"called": 1, "validated": 2**LEVELS}, "FastAPI changed"
PYTHON
