"""Insights into a photo, computed on request: where the score comes from."""

from pydantic import Field

from critic_core.contracts.base import Contract

INSIGHT_TASK = "critic.compute_insight"  # name of the Celery task; arguments: photo id, name of the insight
EXPLANATION = "explanation"
INSIGHTS = (EXPLANATION,)
"""All insights of a photo by name."""


class Explanation(Contract):
    """Where the score of a photo comes from: occlusion of one cell after another."""

    score: float = Field(description="Of the preview, by the same network: may differ by tenths from the critique's")
    cells: tuple[tuple[float, ...], ...] = Field(
        description="Rows of the upright photo, top to bottom, left to right: points by which the score falls when the "
        "cell is blurred; negative: rises"
    )
    model: str
    version: str = Field(description="Of the model that made the map")
