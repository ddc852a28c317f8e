"""Where a score comes from, and what would raise it, of a real worker and the served network."""

from io import BytesIO

import httpx
import numpy as np
from PIL import Image
from tests.support.local_stack import LocalStack, photo_of
from tests.support.photos import DATA

from critic_core.contracts.insight import Explanation, ExposureSuggestion, Suggestions
from critic_core.imaging.suggestions.exposure import expose

ROCKET = (DATA / "rocket.jpg").read_bytes()
WAIT = {"wait": 30}


def get(http: httpx.Client, path: str) -> httpx.Response:
    """The finished response: a busy machine may need a second request."""
    response = http.get(path, params=WAIT)
    while response.status_code == httpx.codes.ACCEPTED:
        response = http.get(path, params=WAIT)
    return response.raise_for_status()


def test_the_map_of_a_photo_has_grid_and_picture_until_the_photo_is_deleted(stack: LocalStack) -> None:
    with stack.client() as http:
        photo = photo_of(http.post("/v1/photos", params=WAIT, content=ROCKET))
        assert photo.critique is not None
        explanation = Explanation.model_validate_json(get(http, f"/v1/photos/{photo.id}/explanation").content)
        assert abs(explanation.percent - 100 * photo.critique.probability) < 5
        assert max(cell for row in explanation.cells for cell in row) > 1
        assert explanation.version == photo.critique.provenance.version
        picture = Image.open(BytesIO(get(http, f"/v1/photos/{photo.id}/explanation.png").content))
        assert (picture.mode, picture.size) == ("RGBA", (160, 107))  # of 640 × 427
        assert http.delete(f"/v1/photos/{photo.id}").status_code == 204
        assert http.get(f"/v1/photos/{photo.id}/explanation").status_code == 404


def test_an_underexposed_photo_is_suggested_brighter(stack: LocalStack) -> None:
    dark = BytesIO()
    Image.fromarray(expose(np.asarray(Image.open(DATA / "rocket.jpg")), -2)).save(dark, "JPEG")
    with stack.client() as http:
        photo = photo_of(http.post("/v1/photos", params=WAIT, content=dark.getvalue()))
        found = Suggestions.model_validate_json(get(http, f"/v1/photos/{photo.id}/suggestions").content).suggestions
        (exposure,) = (suggestion for suggestion in found if isinstance(suggestion, ExposureSuggestion))
        assert exposure.stops > 0
        preview = Image.open(BytesIO(get(http, f"/v1/photos/{photo.id}/suggestions/{exposure.number}/preview").content))
        assert np.asarray(preview).mean() > 1.2 * np.asarray(Image.open(dark)).mean()
