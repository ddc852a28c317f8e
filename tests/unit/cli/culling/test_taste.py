"""What a culling says about the owner's taste."""

import pytest
from tests.support.tastes import make_taste

from critic_cli.culling.taste import taste_sentence
from critic_core.contracts.taste import Taste, TasteState


@pytest.mark.parametrize(
    ("taste", "sentence"),
    [
        (
            make_taste(),
            "Your taste is in use. Held-out pairs in your order: 78 % instead of 70 % (gain 8.0, 3.0 to 13.0)",
        ),
        (make_taste(TasteState.unproven), "Your taste is not in use: no gain beyond chance. Held-out pairs"),
        (Taste(state=TasteState.too_few, decisions=12), "Your taste is not in use: 12 decided pictures of 50"),
    ],
)
def test_a_sentence_says_whether_the_taste_is_in_use_and_why(taste: Taste, sentence: str) -> None:
    assert taste_sentence(taste).startswith(sentence)
