"""A question about an album → its answer, ready to be told page by page."""

from critic_core.contracts.album import GroupLevel, GroupsQuestion, Question
from critic_core.stores.album_results import Part
from critic_core.stores.albums import Snapshot
from critic_worker.albums.group_rows import told_groups
from critic_worker.albums.selection_rows import told_selection
from critic_worker.albums.table import table


def arrange(snapshot: Snapshot, question: Question) -> dict[str, Part]:
    """The parts of the answer by name: the groups of each level, or the `photos` of a selection."""
    photos = table(snapshot, question.thresholds)
    if isinstance(question, GroupsQuestion):
        return {level.value: told_groups(photos, level, question.thresholds) for level in GroupLevel}
    return {"photos": told_selection(photos, question)}
