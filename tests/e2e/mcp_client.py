"""An agent's part: python mcp_client.py SERVER FOLDER PHOTO…; prints the results of the tools as JSON."""

import asyncio
import json
import os
import sys
from typing import Any

from mcp.client import Client
from mcp.client.stdio import StdioServerParameters


async def call(client: Client, tool: str, **arguments: Any) -> Any:
    result = await client.call_tool(tool, arguments)
    assert not result.is_error, result
    content = result.structured_content
    assert content is not None
    return content.get("result", content)


async def main(server: str, folder: str, *paths: str) -> None:
    parameters = StdioServerParameters(command=sys.executable, args=[server], env=dict(os.environ))
    async with Client(parameters) as client:
        tools = sorted(tool.name for tool in (await client.list_tools()).tools)
        scores = await call(client, "compare", paths=list(paths))
        best = await call(client, "score", path=scores[0]["path"])
        keepers = await call(client, "cull", folder=folder, keep=1)
    sys.stdout.write(json.dumps({"tools": tools, "scores": scores, "best": best, "keepers": keepers}))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
