"""Interactive API documentation at /docs: Swagger UI, served from its Python package.

The content security policy forbids inline scripts, so the page's script is a resource of its own.
"""

from importlib.resources import files
from pathlib import Path

from fastapi import APIRouter, FastAPI, Response
from fastapi.responses import HTMLResponse

from critic_gateway.http.page_files import PageFiles

ASSETS = "/docs/assets"
PAGE = f"""<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>Photo Critic API</title>
  <link rel="icon" href="{ASSETS}/favicon-32x32.png">
  <link rel="stylesheet" href="{ASSETS}/swagger-ui.css">
</head>
<body>
  <div id="swagger-ui"></div>
  <script src="{ASSETS}/swagger-ui-bundle.js"></script>
  <script src="/docs/init.js"></script>
</body>
</html>
"""
SCRIPT = """SwaggerUIBundle({ url: "/v1/openapi.json", dom_id: "#swagger-ui", deepLinking: true, validatorUrl: null });
"""

router = APIRouter(prefix="/docs", include_in_schema=False)


@router.get("", response_class=HTMLResponse)
async def get_docs() -> str:
    """The page."""
    return PAGE


@router.get("/init.js", response_class=Response)
async def get_script() -> Response:
    """The script that opens the OpenAPI document."""
    return Response(SCRIPT, media_type="text/javascript")


def mount_assets(app: FastAPI) -> None:
    """Serve Swagger UI's files."""
    folder = Path(str(files("fastapi_swagger"))) / "resources"
    app.mount(ASSETS, PageFiles(folder), name="docs")
