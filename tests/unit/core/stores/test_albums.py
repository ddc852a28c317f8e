"""Albums on a real queue server: order, counts, pages, decisions, events, and that nothing outlives the album."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import redis
from tests.support.critiques import make_critique

from critic_core.contracts.album import (
    Album,
    AlbumChanges,
    AlbumPhoto,
    Choice,
    Counts,
    Flag,
    JointDecision,
    RankingOrder,
)
from critic_core.contracts.critique import PhotoKind
from critic_core.contracts.errors import AlbumFull, AlbumNotFound, PhotoCorrupt, PhotoNotFound
from critic_core.contracts.identity import new_id
from critic_core.contracts.photo import Photo, PhotoState
from critic_core.stores.albums import AlbumStore
from critic_core.stores.jobs import JobStore

NOW = datetime.now(UTC)
END = NOW + timedelta(hours=1)
LIMIT = 1000
Add = Callable[..., str]


@pytest.fixture
def albums(client: "redis.Redis") -> AlbumStore:
    return AlbumStore(client)


@pytest.fixture
def jobs(client: "redis.Redis") -> JobStore:
    return JobStore(client)


@pytest.fixture
def album(albums: AlbumStore) -> str:
    album = Album(id=new_id(), name="Wedding", created_at=NOW, expires_at=END, counts=NONE)
    albums.create(album)
    return album.id


@pytest.fixture
def add(albums: AlbumStore, jobs: JobStore, album: str) -> Add:
    def add(score: float | None = None, sha256: str | None = None, limit: int = LIMIT) -> str:
        photo_id = albums.add(photo(album, sha256), limit)
        if score is not None:
            jobs.finish(photo_id, make_critique(score))
        return photo_id

    return add


NONE = Counts(photos=0, pending=0, done=0, failed=0)


def photo(album: str, sha256: str | None = None) -> Photo:
    photo_id = new_id()
    return Photo(
        id=photo_id, state=PhotoState.queued, file_name=f"{photo_id[-4:]}.jpg", media_type="image/jpeg", size_bytes=1,
        sha256=sha256 or photo_id, album=album, created_at=NOW, expires_at=END,
    )  # fmt: skip


def ids(albums: AlbumStore, album: str, size: int) -> list[str]:
    """All photos, page by page."""
    found, after = [], None
    while True:
        page = albums.page(album, after, size)
        found += [item.id for item in page.photos]
        if page.following is None:
            return found
        after = page.following


def test_an_album_is_stored_with_its_fields(albums: AlbumStore, album: str) -> None:
    stored = albums.get(album)
    assert (stored.name, stored.expires_at, stored.revision, stored.counts) == ("Wedding", END, 0, NONE)


def test_no_such_album(albums: AlbumStore) -> None:
    unknown = new_id()
    for call in (albums.get, albums.snapshot, albums.mark_deleted):
        with pytest.raises(AlbumNotFound):
            call(unknown)
    with pytest.raises(AlbumNotFound):
        albums.add(photo(unknown), LIMIT)


def test_counts_follow_every_photo(albums: AlbumStore, jobs: JobStore, album: str, add: Add) -> None:
    first, second = add(), add()
    assert albums.get(album).counts == Counts(photos=2, pending=2, done=0, failed=0)
    jobs.finish(first, make_critique(50))
    jobs.fail(second, PhotoCorrupt().problem())
    assert albums.get(album).counts == Counts(photos=2, pending=0, done=1, failed=1)
    jobs.delete(first)
    assert albums.get(album).counts == Counts(photos=1, pending=0, done=0, failed=1)


def test_a_second_answer_changes_nothing(albums: AlbumStore, jobs: JobStore, album: str, add: Add) -> None:
    done = add(50)
    before = albums.get(album)
    assert not jobs.finish(done, make_critique(90))
    assert albums.get(album) == before


def test_ranking_lists_finished_then_failed_then_pending_photos(
    albums: AlbumStore, jobs: JobStore, album: str, add: Add
) -> None:
    waiting, low, failed, high = add(), add(0), add(), add(99.5)
    jobs.fail(failed, PhotoCorrupt().problem())
    photos = albums.page(album, None, 10).photos
    assert [item.id for item in photos] == [high, low, failed, waiting]
    assert [item.rank for item in photos] == [1, 2, None, None]
    assert photos[0].summary is not None
    assert photos[0].summary.score == 99.5
    assert photos[2].problem == PhotoCorrupt().problem()


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8])
def test_pages_hold_every_photo_once_also_with_equal_scores(
    albums: AlbumStore, album: str, add: Add, size: int
) -> None:
    made = [add(score) for score in (10, 50, 50, 50, 50, 90, 20)]
    assert sorted(ids(albums, album, size)) == sorted(made)
    assert ids(albums, album, size)[0] == made[5]


@pytest.mark.parametrize("size", [1, 2, 7])
def test_the_worst_photos_come_first_with_their_ranks(
    albums: AlbumStore, jobs: JobStore, album: str, add: Add, size: int
) -> None:
    middle, worst, best, failed, _ = add(50), add(0), add(90), add(), add()
    jobs.fail(failed, PhotoCorrupt().problem())
    photos, after, more = list[AlbumPhoto](), None, True
    while more:
        page = albums.page(album, after, size, RankingOrder.worst)
        photos, after, more = [*photos, *page.photos], page.following, page.following is not None
    assert [(photo.id, photo.rank) for photo in photos] == [(worst, 3), (middle, 2), (best, 1)]


def test_the_worst_page_follows_its_cursor_after_a_deletion(
    albums: AlbumStore, jobs: JobStore, album: str, add: Add
) -> None:
    best, second, third = add(90), add(80), add(70)
    page = albums.page(album, None, 1, RankingOrder.worst)
    jobs.delete(third)
    following = albums.page(album, page.following, 10, RankingOrder.worst)
    assert [photo.id for photo in following.photos] == [second, best]


@pytest.mark.parametrize("size", [1, 2, 5])
def test_a_ranking_of_one_kind_keeps_the_ranks(
    albums: AlbumStore, jobs: JobStore, album: str, add: Add, size: int
) -> None:
    people = [add(), add(), add()]
    for photo_id, score in zip(people, (90, 50, 10), strict=True):
        jobs.finish(photo_id, make_critique(score).model_copy(update={"kind": PhotoKind.people}))
    add(70)
    ranks, after, more = list[int | None](), None, True
    while more:
        page = albums.page(album, after, size, kind=PhotoKind.people)
        assert len(page.photos) <= size
        ranks += [photo.rank for photo in page.photos]
        after, more = page.following, page.following is not None
    assert ranks == [1, 3, 4]
    assert albums.page(album, None, 10, kind=PhotoKind.food).photos == ()


def test_a_page_follows_its_cursor_while_photos_come_and_go(
    albums: AlbumStore, jobs: JobStore, album: str, add: Add
) -> None:
    best, second, third, fourth = add(90), add(80), add(70), add(60)
    page = albums.page(album, None, 2)
    assert [item.id for item in page.photos] == [best, second]
    add(95)
    jobs.delete(second)
    assert [item.id for item in albums.page(album, page.following, 10).photos] == [third, fourth]


def test_the_same_bytes_are_one_photo(albums: AlbumStore, album: str, add: Add) -> None:
    assert add(sha256="a") == add(sha256="a") != add(sha256="b")
    assert albums.get(album).counts.photos == 2


def test_deleted_bytes_may_come_again(jobs: JobStore, add: Add) -> None:
    first = add(sha256="a")
    jobs.delete(first)
    assert add(sha256="a") != first


def test_a_full_album_takes_no_more_and_knows_what_it_has(add: Add) -> None:
    known = add(sha256="a")
    with pytest.raises(AlbumFull):
        add(limit=1)
    assert add(sha256="a", limit=1) == known


def test_decisions_are_undone_individually(albums: AlbumStore, album: str, add: Add) -> None:
    photo_id = add(50)
    albums.decide(album, photo_id, Choice(flag=Flag.pick))
    decisions = albums.decide(album, photo_id, Choice(flag=Flag.reject, stars=2))
    assert decisions.current is not None
    assert (decisions.current.flag, decisions.current.stars, len(decisions.history)) == (Flag.reject, 2, 2)
    undone = albums.undo(album, photo_id)
    assert undone.current is not None
    assert undone.current.flag is Flag.pick
    assert albums.undo(album, photo_id) == albums.undo(album, photo_id) == albums.decisions(album, photo_id)
    assert albums.decisions(album, photo_id).current is None


def test_a_decision_survives_another_score(albums: AlbumStore, jobs: JobStore, album: str, add: Add) -> None:
    photo_id = add()
    albums.decide(album, photo_id, Choice(stars=4))
    jobs.move_to_dead_letters(photo_id, PhotoCorrupt().problem())
    assert jobs.retry_dead_letter(photo_id)
    assert albums.get(album).counts.pending == 1
    jobs.finish(photo_id, make_critique(70))
    decision = albums.page(album, None, 1).photos[0].decision
    assert decision is not None
    assert decision.stars == 4


def flag_of(albums: AlbumStore, album: str, photo_id: str) -> Flag | None:
    current = albums.decisions(album, photo_id).current
    return current.flag if current else None


def joint(number: int, *photos: str, **choice: Flag | int | None) -> JointDecision:
    return JointDecision.model_validate({"id": f"decision-{number}", "photos": photos, **choice})


def test_a_joint_decision_is_undone_as_one_and_leaves_later_ones(albums: AlbumStore, album: str, add: Add) -> None:
    first, second = add(50), add(60)
    albums.decide_jointly(album, joint(1, first, second, new_id(), flag=Flag.reject))
    albums.decide_jointly(album, joint(2, second, flag=Flag.pick))
    albums.withdraw(album, "decision-1")
    assert (flag_of(albums, album, first), flag_of(albums, album, second)) == (None, Flag.pick)
    albums.withdraw(album, "decision-1")
    albums.withdraw(album, "decision-2")
    assert flag_of(albums, album, second) is None


def test_a_repeated_joint_decision_is_one(albums: AlbumStore, album: str, add: Add) -> None:
    photo_id = add(50)
    for _ in range(2):
        albums.decide_jointly(album, joint(1, photo_id, flag=Flag.pick))
    assert len(albums.decisions(album, photo_id).history) == 1
    assert [event.kind for event in albums.events(album, "0")].count("decision") == 1


def test_a_decision_is_known_by_its_whole_id(albums: AlbumStore, album: str, add: Add) -> None:
    photo_id = add(50)
    albums.decide_jointly(album, joint(10, photo_id, flag=Flag.pick))
    albums.withdraw(album, "decision-1")
    albums.withdraw(album, f"{datetime.now(UTC):%Y-%m-%d}")  # stands in the time of the decision
    assert flag_of(albums, album, photo_id) is Flag.pick
    assert [event.kind for event in albums.events(album, "0")].count("decision") == 1
    albums.decide_jointly(album, joint(1, photo_id, flag=Flag.reject))
    assert flag_of(albums, album, photo_id) is Flag.reject


def test_omitted_fields_of_a_joint_decision_stay(albums: AlbumStore, album: str, add: Add) -> None:
    photo_id = add(50)
    albums.decide_jointly(album, joint(1, photo_id, stars=4))
    albums.decide_jointly(album, joint(2, photo_id, flag=Flag.pick))
    current = albums.decisions(album, photo_id).current
    assert current is not None
    assert (current.flag, current.stars, current.id) == (Flag.pick, 4, "decision-2")
    albums.decide_jointly(album, joint(3, photo_id, flag=None))
    current = albums.decisions(album, photo_id).current
    assert current is not None
    assert (current.flag, current.stars) == (None, 4)


def test_the_number_to_keep_is_a_field_of_the_album(albums: AlbumStore, album: str, add: Add) -> None:
    add(50)
    before = albums.get(album)
    albums.change(album, AlbumChanges(keep=12))
    assert albums.get(album) == before.model_copy(update={"keep": 12})
    event = albums.events(album, "0")[-1]
    assert (event.kind, event.photo_id, event.photo) == ("album_changed", None, None)
    albums.change(album, AlbumChanges(keep=None))
    assert albums.get(album).keep is None
    with pytest.raises(AlbumNotFound):
        albums.change(new_id(), AlbumChanges(keep=1))


def test_only_photos_of_the_album_can_be_decided_about(albums: AlbumStore, album: str) -> None:
    with pytest.raises(PhotoNotFound):
        albums.decide(album, new_id(), Choice(flag=Flag.pick))
    with pytest.raises(PhotoNotFound):
        albums.decisions(album, new_id())


def test_decisions_do_not_ask_for_grouping_anew(albums: AlbumStore, album: str, add: Add) -> None:
    photo_id = add(50)
    before = albums.get(album)
    albums.decide(album, photo_id, Choice(flag=Flag.pick))
    after = albums.get(album)
    assert (after.revision, after.decision_revision) == (before.revision, before.decision_revision + 1)


def test_events_come_in_order(albums: AlbumStore, jobs: JobStore, album: str, add: Add) -> None:
    photo_id = add(50)
    albums.decide(album, photo_id, Choice(stars=1))
    jobs.delete(photo_id)
    events = albums.events(album, "0")
    assert [event.kind for event in events] == ["photo_added", "photo_done", "decision", "photo_deleted"]
    assert {event.photo_id for event in events} == {photo_id}
    assert events[1].counts == Counts(photos=1, pending=0, done=1, failed=0)
    assert albums.events(album, events[1].id) == events[2:]
    assert albums.last_event(album) == events[-1].id
    assert albums.events_since(album, events[0].id)


def test_an_event_carries_the_current_photo(albums: AlbumStore, album: str, add: Add) -> None:
    photo_id = add(50)
    albums.decide(album, photo_id, Choice(stars=1))
    photos = [event.photo for event in albums.events(album, "0")]
    (ranked,) = albums.page(album, None, 10).photos
    assert photos == [ranked.model_copy(update={"rank": None})] * 3
    assert ranked.summary is not None
    assert ranked.decision is not None


def test_an_event_of_a_deleted_photo_carries_no_photo(albums: AlbumStore, jobs: JobStore, album: str, add: Add) -> None:
    jobs.delete(add(50))
    assert {event.photo for event in albums.events(album, "0")} == {None}
    assert not albums.events_since(album, "0-0")


def test_a_snapshot_has_the_finished_photos(albums: AlbumStore, album: str, add: Add) -> None:
    done, _ = add(50), add()
    albums.decide(album, done, Choice(flag=Flag.pick))
    snapshot = albums.snapshot(album)
    assert list(snapshot.features) == [done]
    assert snapshot.features[done].score == 50
    assert (snapshot.paths[done], snapshot.sha256[done]) == (f"{done[-4:]}.jpg", done)
    assert snapshot.decisions[done].flag is Flag.pick
    assert (snapshot.revision, snapshot.decision_revision) == (3, 1)


def test_a_deleted_album_is_hidden_at_once_and_leaves_nothing(
    albums: AlbumStore, jobs: JobStore, client: "redis.Redis", album: str, add: Add
) -> None:
    made = [add(50), add()]
    albums.mark_deleted(album)
    with pytest.raises(AlbumNotFound):
        albums.get(album)
    assert albums.expired() == [album]
    assert sorted(albums.photos(album)) == sorted(made)
    for photo_id in made:
        jobs.delete(photo_id)
    albums.purge(album)
    assert client.keys("*") == []


def test_everything_ends_with_the_album(albums: AlbumStore, client: "redis.Redis", album: str, add: Add) -> None:
    albums.decide(album, add(50), Choice(stars=1))
    ends = {int(client.expiretime(name)) for name in client.keys("critic:album:*") + client.keys("critic:photo:*")}
    assert ends == {int(END.timestamp())}
