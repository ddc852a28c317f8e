"""Names that answer otherwise each time they are asked, and photos that change between two tries; in this process."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from ipaddress import ip_address

from tests.e2e.webhooks.conftest import SECRET, House
from tests.support.critiques import make_critique
from tests.support.scripted_server import ScriptedServer

from critic_core.contracts.errors import PhotoPoison
from critic_core.contracts.webhook import DeliveryState
from critic_core.runtime.webhooks.addresses import Address
from critic_core.stores.deliveries import Ticket
from critic_worker.webhooks.context import Place
from critic_worker.webhooks.delivery import deliver
from critic_worker.webhooks.events import Stores
from critic_worker.webhooks.host_limiter import Lanes
from critic_worker.webhooks.resolver import bounded
from critic_worker.webhooks.scheduler import go_round
from critic_worker.webhooks.settings import SenderSettings

ALLOWED = "127.0.0.2"


class Names:
    """A DNS that answers each question with the next of its answers."""

    def __init__(self, *answers: str) -> None:
        self.asked: list[str] = []
        self._answers = list(answers)

    def look_up(self, host: str, _: int) -> list[Address]:
        self.asked.append(host)
        return [ip_address(self._answers.pop(0))]


def make_place(house: House, names: Names, handed_out: list[Ticket]) -> Place:
    settings = SenderSettings.model_validate(
        {"webhook_secrets": SECRET, "webhook_allow_private": f"{ALLOWED}/32", "webhook_first_delay_seconds": 0.001}
    )
    return Place(
        settings=settings,
        stores=Stores(house.jobs, house.albums),
        deliveries=house.deliveries,
        lanes=Lanes(1),
        look_up=bounded(names.look_up, ThreadPoolExecutor(1)),
        hand_out=handed_out.append,
        handed_out=lambda: 0,
    )


def go(place: Place, house: House, handed_out: list[Ticket]) -> None:
    """What is planned, at once."""
    for member in house.client.zrange("critic:webhooks:due", 0, -1):
        house.client.zadd("critic:webhooks:due", {member: 0})
    go_round(place)
    deliver(handed_out.pop(), place)


def test_the_address_that_was_checked_is_the_one_that_is_called(house: House) -> None:
    internal = ScriptedServer("127.0.0.1")
    names, tickets = Names(ALLOWED, "127.0.0.1", ALLOWED), list[Ticket]()
    place = make_place(house, names, tickets)
    photo_id = house.answered(f"http://rebound.test:{internal.port}/in")
    go(place, house, tickets)  # allowed, and nobody is there
    go(place, house, tickets)  # rebound to what is not allowed, where somebody listens
    receiver = ScriptedServer(ALLOWED, internal.port)
    go(place, house, tickets)
    receiver.stop()
    internal.stop()
    (delivery,) = house.deliveries.of(f"photo:{photo_id}")
    assert [attempt.outcome.value for attempt in delivery.attempts] == ["not_reachable", "not_reachable", "delivered"]
    assert delivery.attempts[0].error == delivery.attempts[1].error
    assert names.asked == ["rebound.test"] * 3, "one lookup a try, and none behind its back"
    assert internal.asked == []
    assert len(receiver.asked) == 1


def test_a_photo_that_was_tried_again_is_told_as_it_ended_last(house: House) -> None:
    receiver = ScriptedServer(ALLOWED)
    place = make_place(house, Names(), tickets := [])
    photo_id = house.photo(receiver.url)
    house.jobs.bury(photo_id, PhotoPoison().problem())
    go_round(place)
    house.jobs.revive(photo_id)
    deliver(tickets.pop(), place)
    assert receiver.asked == []
    house.jobs.finish(photo_id, make_critique())
    go(place, house, tickets)
    receiver.stop()
    first, second = house.deliveries.of(f"photo:{photo_id}")
    assert (first.type, first.state) == ("photo.failed", DeliveryState.given_up)
    assert (second.type, second.state) == ("photo.done", DeliveryState.delivered)
    assert len(receiver.asked) == 1


def test_nothing_is_planned_beyond_the_photos_end(house: House) -> None:
    tickets: list[Ticket] = []
    place = make_place(house, Names("10.0.0.1"), tickets)
    late = place.settings.model_copy(update={"webhook_first_delay_seconds": 7200.0})
    photo_id = house.answered("https://hooks.test/")
    go(replace(place, settings=late), house, tickets)
    (delivery,) = house.deliveries.of(f"photo:{photo_id}")
    assert (delivery.state, delivery.tries) == (DeliveryState.given_up, 1)
    assert delivery.timestamp <= datetime.now(UTC)


def test_an_event_that_cannot_be_read_holds_no_other_up(house: House) -> None:
    receiver = ScriptedServer(ALLOWED)
    place = make_place(house, Names(), tickets := [])
    broken, good = house.answered(receiver.url), house.answered(receiver.url)
    house.client.hset(f"critic:photo:{broken}", "critique", "{")
    go(place, house, tickets)
    receiver.stop()
    assert [delivery.state for delivery in house.deliveries.of(f"photo:{good}")] == [DeliveryState.delivered]
    assert house.deliveries.waiting() == 0
