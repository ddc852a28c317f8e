"""The golden photo: a real photograph for the self-test of a running stack.

A cup of coffee, by Rachel Michetti, CC0 1.0 (from scikit-image's sample data, `coffee.png`), saved as JPEG.
"""

from importlib import resources


def golden_photo() -> bytes:
    """The photo's bytes: a JPEG of 600 × 400 pixels."""
    return resources.files(__package__).joinpath("golden.jpg").read_bytes()
