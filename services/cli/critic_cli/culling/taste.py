"""The owner's taste for a culling: turned on, trained on all decisions, and described in a sentence."""

from critic_client import TasteCalls
from critic_core.contracts.taste import MIN_DECISIONS, MIN_OF_KIND, MIN_SCENES, HeldOut, Taste, TasteState


def use_taste(taste: TasteCalls) -> str:
    """Turn the taste on, and wait for its training. Returns what came of it."""
    taste.switch(True)
    return taste_sentence(taste.get())


def taste_sentence(taste: Taste) -> str:
    """Whether the taste is in use, and why."""
    if taste.held_out is None:
        return (
            f"Your taste is not in use: {taste.decisions} decided pictures of {MIN_DECISIONS}, at least {MIN_OF_KIND} "
            f"picked and rejected, from {MIN_SCENES} scenes."
        )
    verdict = "is in use" if taste.state is TasteState.proven else "is not in use: no gain beyond chance"
    return f"Your taste {verdict}. {_evidence(taste.held_out)}, {taste.decisions:,} decided pictures."


def _evidence(held_out: HeldOut) -> str:
    """`Held-out pairs in your order: 78 % instead of 70 % (gain 8, 3 to 13)`."""
    gain, low, high = (100 * share for share in (held_out.gain, held_out.gain_low, held_out.gain_high))
    accuracies = f"{100 * held_out.taste:.0f} % instead of {100 * held_out.common:.0f} %"
    return f"Held-out pairs in your order: {accuracies} (gain {gain:.1f}, {low:.1f} to {high:.1f})"
