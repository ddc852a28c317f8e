"""The shipped networks: intact, and quiet on photos without people."""

import hashlib

import numpy as np
import pytest
from tests.support.photos import DATA, PLAIN, cat

from critic_core.imaging.decode import decode
from critic_core.imaging.faces.measure import find_faces
from critic_worker.decoding.face_networks import WEIGHTS, load_face_networks


@pytest.mark.parametrize("name", ["detector", "mesh", "eye"])
def test_weights_are_those_of_the_sources(name: str) -> None:
    digest = hashlib.sha256((WEIGHTS / f"{name}.onnx").read_bytes()).hexdigest()
    assert f"{digest}  {name}.onnx" in (WEIGHTS / "SOURCES.txt").read_text()


def test_a_cat_and_a_rocket_have_no_human_face() -> None:
    rocket = decode((DATA / "rocket.jpg").read_bytes(), PLAIN).pixels
    assert find_faces(np.asarray(cat()), load_face_networks()) == ()
    assert find_faces(rocket, load_face_networks()) == ()
