"""Who reaches whom is what the README says, no more and no less."""

import re

import pytest
from tests.kubernetes.reach import closed, reach
from tests.kubernetes.rendered import FOLDER, FOLDERS, Manifest, rendered

ROW = re.compile(r"^\| (?P<from>[\w -]+) \| (?P<to>[\w -]+) \| (?P<ports>[\d, ]+) \|", re.MULTILINE)


@pytest.fixture(scope="module")
def told() -> set[tuple[str, str, int]]:
    rows = ROW.finditer((FOLDER / "README.md").read_text("utf-8"))
    return {(row["from"], row["to"], int(port)) for row in rows for port in row["ports"].split(", ")}


def test_what_is_not_allowed_is_refused(objects: list[Manifest]) -> None:
    assert closed(objects)


@pytest.mark.parametrize("overlay", FOLDERS)
def test_the_readme_says_who_reaches_whom(overlay: str, told: set[tuple[str, str, int]]) -> None:
    there = reach(rendered(FOLDERS[overlay]))
    expected = told if overlay == "everything" else {edge for edge in told if not {"webhooks", "backup"} & set(edge)}
    assert there == expected


def test_who_decodes_photos_reaches_no_inference_by_itself_and_the_queue_reaches_nobody(
    objects: list[Manifest],
) -> None:
    edges = reach(objects)
    assert not any(who == "redis" or (who, whom) == ("worker", "inference") for who, whom, _ in edges)
    assert not any(who == "inference" for who, _, _ in edges)
