#!/bin/sh
# FastAPI answers 405 with the methods of one route of the path, and HEAD of a GET route with 405.
# RFC 9110: Allow lists the methods of the resource (10.2.1), and GET and HEAD are for all general-purpose servers (9.1).
set -eu
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q fastapi==0.165.0 httpx==0.28.1
cd "$folder" && ./venv/bin/python - <<'PYTHON'
import asyncio

import fastapi
import httpx

app = fastapi.FastAPI()


@app.get("/photos")
def list_photos() -> list[str]:
    return []


@app.post("/photos")
def send_photo() -> str:
    return "1"


async def responses() -> list[httpx.Response]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://app") as client:
        return [await client.request(method, "/photos") for method in ("PUT", "HEAD")]


put, head = asyncio.run(responses())
print("FastAPI", fastapi.__version__)
print("PUT: ", put.status_code, "Allow:", put.headers["allow"], "(GET and POST are there)")
print("HEAD:", head.status_code, "Allow:", head.headers["allow"])
assert (put.status_code, put.headers["allow"]) == (405, "GET"), "FastAPI changed"
assert (head.status_code, head.headers["allow"]) == (405, "GET"), "FastAPI changed"
PYTHON
