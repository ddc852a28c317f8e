"""From decisions to a stored taste, on a real queue server."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from tests.support.albums import new_album
from tests.support.critiques import make_critique, make_photo
from tests.support.tastes import make_model, make_taste, save_taste
from tests.unit.worker.albums.snapshots import photo

from critic_core.contracts.album import Choice, Flag
from critic_core.contracts.identity import ANONYMOUS
from critic_core.contracts.photo import PhotoState
from critic_core.contracts.taste import Taste, TasteState
from critic_worker.albums.ranking.taste import taste_log_odds
from critic_worker.context import WorkerContext
from critic_worker.taste.examples import DecidedPhoto, examples_of
from critic_worker.taste.held_out import compare, folds
from critic_worker.taste.train import train_taste, trained

PICTURES = 80


def decided(likes: bool, pictures: int = PICTURES, album: str = "one") -> Iterator[DecidedPhoto]:
    """Unlike pictures of one score; with `likes` picked by the first number of the embedding, otherwise by chance."""
    random = np.random.default_rng(7)
    for number, direction in enumerate(random.normal(size=(pictures, 8))):
        bits = int(random.integers(0, 2**63))
        features = photo(50, direction.tolist(), bits, minutes=60 * number).model_copy(update={"network": "w"})
        liked = direction[0] > 0 if likes else random.random() > 0.5
        yield DecidedPhoto(album, features, Flag.pick if liked else Flag.reject)


def test_a_preference_is_found_and_proven() -> None:
    training = trained([*decided(likes=True)])
    held_out, model = training.taste.held_out, training.model
    assert (training.taste.state, training.taste.decisions) == (TasteState.proven, PICTURES)
    assert held_out is not None
    assert held_out.common == 0.5  # equal scores
    assert held_out.taste > 0.9
    assert model is not None
    new = [*decided(likes=True, pictures=200)]
    by_taste = taste_log_odds([photo.features for photo in new], model)
    liked = np.array([photo.flag is Flag.pick for photo in new])
    assert by_taste[liked].mean() > 1 > -1 > by_taste[~liked].mean()


def test_chance_is_not_proven() -> None:
    assert trained([*decided(likes=False)]).taste.state is TasteState.unproven


@pytest.mark.parametrize("pictures", [0, 1, 49])
def test_few_decisions_make_no_taste(pictures: int) -> None:
    training = trained([*decided(likes=True, pictures=pictures)])
    assert (training.taste.state, training.model) == (TasteState.too_few, None)


@pytest.mark.parametrize("scenes", [1, 2, 9])
def test_pictures_of_few_scenes_make_no_taste(scenes: int) -> None:
    photos = [*of_scenes(scenes, 180 // scenes)]
    assert len(set(examples_of(photos).scene.tolist())) == scenes
    training = trained(photos)
    assert (training.taste.state, training.taste.decisions, training.model) == (TasteState.too_few, 180, None)


def of_scenes(scenes: int, pictures: int) -> Iterator[DecidedPhoto]:
    """Pictures of one subject within 25 minutes, with unlike hashes: no near duplicates."""
    random = np.random.default_rng(7)
    for scene, direction in enumerate(random.normal(size=(scenes, 8))):
        for number in range(pictures):
            bits, minutes = int(random.integers(0, 2**63)), 600 * scene + 25 * number / pictures
            features = photo(50, direction.tolist(), bits, minutes).model_copy(update={"network": "w"})
            yield DecidedPhoto("one", features, Flag.pick if number % 2 else Flag.reject)


def test_near_duplicates_are_one_picture_picked_if_one_of_them_is() -> None:
    picked, rejected = photo(50, [1, 0]), photo(50, [-0.1, 1], bits=2**40 - 1)
    examples = examples_of(
        [
            DecidedPhoto("one", photo(90, [1, 0.01]), Flag.reject),
            DecidedPhoto("one", picked, Flag.pick),
            DecidedPhoto("one", rejected, Flag.reject),
            DecidedPhoto("all rejected", photo(10, [-1, -1], bits=(2**40 - 1) << 20), Flag.reject),
        ]
    )
    assert sorted(examples.picked.tolist()) == [False, True]
    assert len(set(examples.album.tolist())) == 1


def test_a_scene_lies_in_one_fold_and_pairs_in_one_album() -> None:
    scene = np.repeat(np.arange(20), 5)
    masks = list(folds(scene, 5))
    assert np.sum(masks, axis=0).tolist() == [1] * 100
    assert all(len({*scene[mask]} & {*scene[~mask]}) == 0 for mask in masks)
    both = examples_of([*decided(True, 30, "one"), *decided(True, 30, "two")])
    picked = [int(both.picked[both.album == album].sum()) for album in (0, 1)]
    sizes = [int((both.album == album).sum()) for album in (0, 1)]
    assert compare(both, both.common).pairs == sum(
        count * (size - count) for count, size in zip(picked, sizes, strict=True)
    )


def test_pictures_stay_in_the_order_of_their_photos() -> None:
    """The newest albums come first, and the first pictures are trained on."""
    photos = [replace(example, album=str(number // 20)) for number, example in enumerate(decided(True, 60))]
    ordered = examples_of(photos)
    assert ordered.album.tolist() == sorted([0, 1, 2] * 20)
    assert ordered.picked.tolist() == [example.flag is Flag.pick for example in photos]


# -- in the store ---------------------------------------------------------------------------------------------------


def decide(context: WorkerContext, pictures: int, owner: str = ANONYMOUS) -> None:
    """An album with that many decided photos."""
    album = new_album(owner)
    context.albums.create(album)
    for number, example in enumerate(decided(likes=True, pictures=pictures)):
        update = {"album": album.id, "sha256": str(number)}
        queued = make_photo(PhotoState.queued, owner=owner).model_copy(update=update)
        context.albums.add(queued, 1000)
        context.jobs.finish(queued.id, make_critique().model_copy(update={"fingerprint": example.features.fingerprint}))
        context.albums.decide(album.id, queued.id, Choice(flag=example.flag))


def test_a_taste_is_trained_on_the_owners_albums(context: WorkerContext) -> None:
    decide(context, 60)
    decide(context, 60, owner="bob")
    context.tastes.switch(ANONYMOUS, True)
    train_taste(ANONYMOUS, context)
    taste = context.tastes.get(ANONYMOUS)
    assert (taste.state, taste.decisions) == (TasteState.proven, 60)
    assert context.tastes.is_current(ANONYMOUS)
    assert context.tastes.get("bob") == Taste()
    active = context.tastes.active(ANONYMOUS)
    assert active is not None
    assert active.model.network == "w"


@pytest.mark.parametrize(
    ("network", "earlier_decisions", "decisions"), [("w", 120, 120), ("w", 60, 55), ("retrained", 120, 55)]
)
def test_a_taste_stays_while_few_of_its_decisions_are_left(
    context: WorkerContext, network: str, earlier_decisions: int, decisions: int
) -> None:
    earlier = make_taste().model_copy(update={"decisions": earlier_decisions})
    save_taste(context.tastes, ANONYMOUS, earlier, make_model([1.0], network=network))
    decide(context, 55)
    train_taste(ANONYMOUS, context)
    assert context.tastes.get(ANONYMOUS).decisions == decisions
    assert context.tastes.is_current(ANONYMOUS)


def test_too_few_decisions_leave_no_model(context: WorkerContext) -> None:
    save_taste(
        context.tastes, ANONYMOUS, make_taste().model_copy(update={"decisions": 40}), make_model([1.0], network="w")
    )
    decide(context, 30)
    train_taste(ANONYMOUS, context)
    assert context.tastes.get(ANONYMOUS).state is TasteState.too_few
    assert context.tastes.export(ANONYMOUS) is None


def test_a_failed_training_leaves_the_next_one_free(context: WorkerContext, monkeypatch: pytest.MonkeyPatch) -> None:
    decide(context, 60)
    context.tastes.switch(ANONYMOUS, True)
    with monkeypatch.context() as patch:
        patch.setattr("critic_worker.taste.train.trained", lambda _: pytest.fail("out of memory"))
        with pytest.raises(pytest.fail.Exception):
            train_taste(ANONYMOUS, context)
    train_taste(ANONYMOUS, context)
    assert context.tastes.get(ANONYMOUS).state is TasteState.proven
