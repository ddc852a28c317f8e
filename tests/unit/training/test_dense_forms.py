"""The forms that were not chosen, for the table."""

import numpy as np

from critic_training.assemble import Compact
from critic_training.dense_forms import dense_forms
from critic_training.evaluate import spearman


def test_more_stored_numbers_tell_more_of_the_exact_order(parts: Compact, random: np.random.Generator) -> None:
    maps = np.abs(random.standard_normal((60, 256, 36))).astype(np.float32)
    units = np.maximum(np.einsum("ncp,ckp->nck", maps, parts.fc6) + parts.fc6_bias, 0)
    pooled = np.einsum("nck,crk->ncr", units, parts.readout) + parts.readout_bias
    exact = np.maximum(pooled.reshape(60, -1) @ parts.fc7.T + parts.fc7_bias, 0) @ parts.fc8[1]
    forms = list(dense_forms(parts, maps))
    by_rank = [spearman(form.rating, exact) for form in forms[:4]]
    assert by_rank[3] > by_rank[0]
    assert spearman(forms[4].rating, exact) > 0.999  # int8
    assert [round(form.megabytes) for form in forms[4:]] == [63, 35]
