"""Medians of rounds that alternate between servers, and the throughput of Photo Critic over that of each."""

import argparse

import httpx
import psutil
from tests.load import peers
from tests.load.peers import OURS, Round, Server, measure, table


def test_the_table_has_our_throughput_over_that_of_each_server() -> None:
    text = table({"1024 px": {"LitServe": Round(20.0, 50.0), OURS: Round(30.0, 40.0)}})
    assert "| 1024 px | LitServe | 20.0 | 50.0 | 1.50 |" in text
    assert f"| 1024 px | {OURS} | 30.0 | 40.0 | 1.00 |" in text


def test_a_round_is_of_each_server_in_turn_and_the_median_counts(monkeypatch) -> None:  # type: ignore[no-untyped-def]
    speeds = iter([1.0, 1.0, 10.0, 1.0, 30.0, 2.0, 20.0, 9.0])  # both are warmed up first
    monkeypatch.setattr(peers, "measure_round", lambda server, photos, count: Round(next(speeds), 5.0))
    servers = {name: Server(lambda client, photo: httpx.Response(200), psutil.Process()) for name in ("LitServe", OURS)}
    found = measure(servers, [b"photo"], argparse.Namespace(rounds=3, photos=1))
    assert found == {"LitServe": Round(20.0, 5.0), OURS: Round(2.0, 5.0)}


def test_a_round_sends_all_photos_and_counts_the_time_of_the_servers_processes() -> None:
    sent: list[bytes] = []

    def send(_: httpx.Client, photo: bytes) -> httpx.Response:
        sent.append(photo)
        return httpx.Response(200)

    found = peers.measure_round(Server(send, psutil.Process()), [b"a", b"b"], 5)
    assert sorted(sent) == [b"a", b"a", b"a", b"b", b"b"]
    assert found.per_second > 0
    assert found.core_ms >= 0
