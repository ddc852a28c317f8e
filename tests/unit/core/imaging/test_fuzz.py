"""Whatever happens to a file on its way, only our errors come out."""

import contextlib
import os

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.support.photos import DATA, PLAIN

from critic_core.contracts.errors import PhotoError
from critic_core.imaging.decode import Limits, decode
from critic_core.imaging.formats import sniff

PICTURES = sorted([*(DATA / "formats").iterdir(), *(DATA / "animated").iterdir()])
SMALL = Limits(max_bytes=10_000_000, max_pixels=2_000_000)  # so that a mutated size cannot make one example slow
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "40"))

# (where, as a share of the file; what is written there): headers are hit as often as the rest
_position = st.one_of(st.floats(0, 0.999), st.floats(0, 0.02))
_wound = st.tuples(_position, st.binary(min_size=1, max_size=8))
_bounded = settings(
    max_examples=EXAMPLES, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)


def wounded(data: bytes, wounds: list[tuple[float, bytes]], share: float) -> bytes:
    hurt = bytearray(data)
    for position, written in wounds:
        at = int(position * len(hurt))
        hurt[at : at + len(written)] = written
    return bytes(hurt[: int(len(hurt) * share)])


@pytest.mark.parametrize("picture", PICTURES, ids=lambda path: path.name)
@_bounded
@given(wounds=st.lists(_wound, max_size=4), share=st.one_of(st.just(1.0), st.floats(0, 1)))
def test_a_mutated_file_is_decoded_or_refused(picture, wounds: list[tuple[float, bytes]], share: float) -> None:
    with contextlib.suppress(PhotoError):
        decoded = decode(wounded(picture.read_bytes(), wounds, share), PLAIN, SMALL)
        assert decoded.pixels.shape[2] == 3
        assert max(decoded.pixels.shape) <= 960


@_bounded
@given(head=st.binary(max_size=200))
def test_sniffing_random_bytes_names_a_format_or_refuses(head: bytes) -> None:
    with contextlib.suppress(PhotoError):
        assert sniff(head).name


@pytest.mark.parametrize("magic", [b"II*\0", b"MM\0*", b"II+\0", b"\0\0\0\x20ftyp", b"BM", b"RIFF", b"GIF89a"])
@_bounded
@given(rest=st.binary(max_size=300))
def test_random_bytes_behind_a_magic_number_are_decoded_or_refused(magic: bytes, rest: bytes) -> None:
    with contextlib.suppress(PhotoError):
        decode(magic + rest, PLAIN, SMALL)
