"""The header of JPEG XL: size, turn, depth, colour. Source: ISO/IEC 18181-1, annexes D and E; container: 18181-2."""

from dataclasses import dataclass

from critic_core.contracts.errors import PhotoCorrupt, PhotoUnsupported
from critic_core.imaging.code_points import BT_709, Chromaticities, CodePoints, from_h273
from critic_core.imaging.structure.boxes import boxes, named

_CONTAINER = b"\0\0\0\x0cJXL "
_RATIOS = ((1, 1), (12, 10), (4, 3), (3, 2), (16, 9), (5, 4), (2, 1))
_ENUM = ((0, 0), (0, 1), (4, 2), (6, 18))
_XY = ((19, 0), (19, 524_288), (20, 1_048_576), (21, 2_097_152))
_GREY, _XYB = 1, 2
_CUSTOM = 2
_PRIMARIES = {9: 9, 11: 12}
_ALPHA, _SPOT, _BLACK, _CFA = 0, 2, 4, 5
_WHITES = {10: (1 / 3, 1 / 3), 11: (0.314, 0.351)}


@dataclass(frozen=True)
class JxlHeader:
    """`size` as stored; `colour` of the decoded pixels; `xyb`: coded in the codec's own colours."""

    size: tuple[int, int]
    orientation: int = 1
    animated: bool = False
    grey: bool = False
    alpha: bool = False
    alpha_multiplied: bool = False
    bits: int = 8
    xyb: bool = True
    has_profile: bool = False
    colour: CodePoints | None = None

    @property
    def upright_size(self) -> tuple[int, int]:
        """Width and height after the turn."""
        return self.size[::-1] if self.orientation >= 5 else self.size


def codestream(data: bytes) -> bytes:
    """The start of the codestream, out of its container."""
    if not data.startswith(_CONTAINER):
        return data
    found = list(boxes(data, 0, len(data)))
    whole = b"".join(data[start:end] for _, start, end in named(found, b"jxlc"))
    return whole or b"".join(data[start + 4 : end] for _, start, end in named(found, b"jxlp"))


def exif_of(data: bytes) -> bytes:
    """The TIFF structure of the EXIF box; empty without."""
    if not data.startswith(_CONTAINER):
        return b""
    for _, start, end in named(list(boxes(data, 0, len(data))), b"Exif"):
        return data[start + 4 + int.from_bytes(data[start : start + 4], "big") : end]
    return b""


def read_header(stream: bytes) -> JxlHeader:
    """Raises PhotoCorrupt for a header that ends too early, PhotoUnsupported for CMYK."""
    bits = _Bits(stream[:65_536])
    bits.number(16)
    size = _size(bits)
    if bits.flag():
        return JxlHeader(size)
    orientation, animated = _extra_fields(bits) if bits.flag() else (1, False)
    depth = _depth(bits)
    bits.flag()
    alpha, multiplied = _alpha(bits)
    xyb = bits.flag()
    grey, profile, colour = _colour(bits)
    return JxlHeader(size, orientation, animated, grey, alpha, multiplied, depth, xyb, profile, colour)


class _Bits:
    """Numbers, least significant bit first."""

    def __init__(self, data: bytes) -> None:
        self._value, self._left = int.from_bytes(data[:1024], "little"), 8 * min(len(data), 1024)

    def number(self, count: int) -> int:
        """`count` bits."""
        self._left -= count
        if self._left < 0:
            raise PhotoCorrupt("The JPEG XL is cut short within its header.")
        value = self._value & ((1 << count) - 1)
        self._value >>= count
        return value

    def flag(self) -> bool:
        """One bit."""
        return bool(self.number(1))

    def choice(self, *layouts: tuple[int, int]) -> int:
        """One of four layouts: bits, and what is added."""
        count, offset = layouts[self.number(2)]
        return self.number(count) + offset


def _size(bits: _Bits) -> tuple[int, int]:
    small = bits.flag()

    def side() -> int:
        return 8 * (1 + bits.number(5)) if small else bits.choice((9, 1), (13, 1), (18, 1), (30, 1))

    height, ratio = side(), bits.number(3)
    width = side() if ratio == 0 else height * _RATIOS[ratio - 1][0] // _RATIOS[ratio - 1][1]
    return width, height


def _extra_fields(bits: _Bits) -> tuple[int, bool]:
    orientation = 1 + bits.number(3)
    if bits.flag():
        _size(bits)
    if bits.flag():
        _preview(bits)
    animated = bits.flag()
    if animated:
        bits.choice((0, 100), (0, 1000), (10, 1), (30, 1))
        bits.choice((0, 1), (0, 1001), (8, 1), (10, 1))
        bits.choice((0, 0), (3, 0), (16, 0), (32, 0))
        bits.flag()
    return orientation, animated


def _preview(bits: _Bits) -> None:
    eighths = bits.flag()
    layouts = ((0, 16), (0, 32), (5, 1), (9, 33)) if eighths else ((6, 1), (8, 65), (10, 321), (12, 1345))
    bits.choice(*layouts)
    if bits.number(3) == 0:
        bits.choice(*layouts)


def _depth(bits: _Bits) -> int:
    if bits.flag():
        depth = bits.choice((0, 32), (0, 16), (0, 24), (6, 1))
        bits.number(4)
        return depth
    return bits.choice((0, 8), (0, 10), (0, 12), (6, 1))


def _alpha(bits: _Bits) -> tuple[bool, bool]:
    """Whether the first extra channel is opacity, and colour multiplied by it. Raises PhotoUnsupported for CMYK."""
    channels = [_extra_channel(bits) for _ in range(bits.choice((0, 0), (0, 1), (4, 2), (12, 1)))]
    if any(kind == _BLACK for kind, _ in channels):
        raise PhotoUnsupported("The JPEG XL holds CMYK, which is not read.")
    kind, multiplied = channels[0] if channels else (_SPOT, False)
    return kind == _ALPHA, multiplied


def _extra_channel(bits: _Bits) -> tuple[int, bool]:
    """The kind, and for opacity, whether colour is multiplied by it."""
    if bits.flag():
        return _ALPHA, False
    kind = bits.choice(*_ENUM)
    _depth(bits)
    bits.choice((0, 0), (0, 3), (0, 4), (3, 1))
    bits.number(8 * bits.choice((0, 0), (4, 0), (5, 16), (10, 48)))
    multiplied = bits.flag() if kind == _ALPHA else False
    if kind == _SPOT:
        bits.number(64)
    if kind == _CFA:
        bits.choice((0, 1), (2, 0), (4, 3), (8, 19))
    return kind, multiplied


def _colour(bits: _Bits) -> tuple[bool, bool, CodePoints | None]:
    """Whether it is grey, whether an ICC profile tells more, and the colour without one."""
    if bits.flag():
        return False, False, None
    profile, space = bits.flag(), bits.choice(*_ENUM)
    if profile or space == _XYB:
        return space == _GREY, profile, None
    white = _white(bits)
    primaries = BT_709 if space == _GREY else _primaries(bits, white)
    if bits.flag():
        gamma = bits.number(24) / 10_000_000
        return space == _GREY, False, CodePoints(primaries, 1 / gamma if gamma else None)
    transfer = from_h273(1, bits.choice(*_ENUM))
    return space == _GREY, False, CodePoints(primaries, transfer.gamma, transfer.transfer)


def _white(bits: _Bits) -> tuple[float, float]:
    kind = bits.choice(*_ENUM)
    return _xy(bits) if kind == _CUSTOM else _WHITES.get(kind, (BT_709[6], BT_709[7]))


def _primaries(bits: _Bits, white: tuple[float, float]) -> Chromaticities:
    kind = bits.choice(*_ENUM)
    if kind == _CUSTOM:
        return (*_xy(bits), *_xy(bits), *_xy(bits), *white)
    known = from_h273(_PRIMARIES.get(kind, 1), 13).primaries
    return (*known[:6], *white)


def _xy(bits: _Bits) -> tuple[float, float]:
    return _signed(bits.choice(*_XY)) / 1_000_000, _signed(bits.choice(*_XY)) / 1_000_000


def _signed(value: int) -> int:
    return (value >> 1) ^ -(value & 1)
