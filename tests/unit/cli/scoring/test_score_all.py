"""Concurrent scoring."""

import threading
from pathlib import Path

from tests.support.critiques import make_photo
from tests.support.scripted_server import Answer, Request, ScriptedServer, photo_answer, problem_answer

from critic_cli.scoring.score_all import score_all
from critic_client import Client
from critic_core.contracts.errors import PhotoUnsupported


def files_in(folder: Path, count: int) -> list[Path]:
    made = [folder / f"{number}.jpg" for number in range(count)]
    for number, file in enumerate(made):
        file.write_text(f"photo {number}.")
    return made


def test_concurrency_reaches_the_limit_and_never_exceeds_it(server: ScriptedServer, tmp_path: Path) -> None:
    all_here, counting = threading.Barrier(4), threading.Lock()
    under_way, most = 0, 0

    def answer(_: Request) -> Answer:
        nonlocal under_way, most
        with counting:
            under_way += 1
            most = max(most, under_way)
        all_here.wait(10)  # goes on only when four are here at once
        with counting:
            under_way -= 1
        return photo_answer(make_photo())

    server.answer = answer
    with Client(server.url) as client:
        assert len(list(score_all(client, files_in(tmp_path, 12), 4))) == 12
    assert most == 4


def test_each_file_gets_its_own_critique_and_a_bad_file_fails_alone(server: ScriptedServer, tmp_path: Path) -> None:
    def answer(request: Request) -> Answer:
        number = next(number for number in range(9) if f"photo {number}.".encode() in request.body)
        if number == 4:
            return problem_answer(PhotoUnsupported("That is a text."))
        return photo_answer(make_photo(score=10.0 * number))

    server.answer = answer
    files = files_in(tmp_path, 9)
    with Client(server.url) as client:
        outcomes = {outcome.file: outcome for outcome in score_all(client, [*files, tmp_path / "none.jpg"], 8)}
    scores = [outcomes[file].critique.score if outcomes[file].critique else None for file in files]  # type: ignore[union-attr]
    assert scores == [0, 10, 20, 30, None, 50, 60, 70, 80]
    problems = [outcomes[file].problem for file in (files[4], tmp_path / "none.jpg")]
    assert [problem.code for problem in problems if problem] == ["photo_unsupported", "file_unreadable"]
