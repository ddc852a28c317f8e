"""A Hugging Face Space: scores a photo with the server of CRITIC_URL. Here: python app.py"""

import os
from pathlib import Path

import gradio
from photo_critic_client import Client
from photo_critic_client.contracts.errors import CriticError

critic = Client(os.environ.get("CRITIC_URL", "http://127.0.0.1:8000"), os.environ.get("CRITIC_API_KEY"))


def score(path: str) -> tuple[str, str]:
    """Score and reasons of a photo, as texts."""
    try:
        critique = critic.score(Path(path)).critique
    except CriticError as error:
        raise gradio.Error(error.detail) from error
    assert critique is not None
    better_than = f"{critique.score:.1f}, better than {critique.percentile:.0f} % of photos"
    return better_than, "\n".join(reason.sentence for reason in critique.reasons)


demo = gradio.Interface(
    score,
    gradio.Image(type="filepath", label="Photo"),
    [gradio.Textbox(label="Score (0 to 100)"), gradio.Textbox(label="Reasons", lines=5)],
    title="Photo Critic",
    flagging_mode="never",
)

if __name__ == "__main__":
    demo.launch()
