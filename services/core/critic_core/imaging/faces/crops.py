"""Upright square crops of a photo, and the way back of points."""

from dataclasses import dataclass

import numpy as np
from PIL import Image

from critic_core.imaging.faces.networks import Floats


@dataclass(frozen=True)
class Square:
    """A square of the photo: centre `[x, y]`, length of a side, and angle in radians, clockwise on the screen."""

    centre: Floats
    length: float
    angle: float

    @property
    def axes(self) -> Floats:
        """`[2, 2]`: the directions of the square's rows and columns in the photo."""
        cosine, sine = np.cos(self.angle), np.sin(self.angle)
        return np.array([[cosine, sine], [-sine, cosine]], np.float32)

    def crop(self, image: Image.Image, side: int) -> Floats:
        """`[side, side, 3]`, 0 to 1; black outside the photo."""
        step = self.axes * (self.length / side)
        origin = self.centre - self.axes.sum(axis=0) * (self.length / 2)
        (across_x, across_y), (down_x, down_y) = step.tolist()
        data = (across_x, down_x, float(origin[0]), across_y, down_y, float(origin[1]))
        turned = image.transform((side, side), Image.Transform.AFFINE, data, Image.Resampling.BILINEAR)
        return np.asarray(np.asarray(turned, np.float32) / 255, np.float32)

    def to_photo(self, points: Floats, side: int) -> Floats:
        """Points `[n, 2]` in pixels of the crop → pixels of the photo."""
        centred = (points / side - 0.5) * self.length
        return np.asarray(self.centre + centred @ self.axes, np.float32)


def angle_between(first: Floats, second: Floats) -> float:
    """Angle of the line from one point to another, radians."""
    across, down = second - first
    return float(np.arctan2(down, across))
