"""fc6 as a pooling layer: for each pool5 channel its average (exact) and 15 ReLU units that approximate its maximum.

The baseline works on pooled pool5, and ten thousand photos are too few for fc6's 38 million free weights. A function of
a 6 × 6 map that all channels share has few weights, and 256 examples a photo. 256 channels × (1 + 15) units are fc6's
4096 units.
"""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from critic_training.data.photo_sets import Floats

MAPS = (256, 36)
MAXIMUM_UNITS = 15  # fc6 has 4096 units for 256 channels: one for the average, 15 for the maximum
STEPS = 2000  # of 16,384 single-channel maps each; the error is flat after about 1,500
SEED = 7


@dataclass(frozen=True)
class Pooling:
    """`fc6[c, k] = relu(weight[k] · map_c / scale_c + bias[k])`; unit 0 is the average.

    weight `[16, 36]`, bias `[16]`, scale `[256]`; readout `[16]` and `offset` map the units to the maximum.
    """

    weight: Floats
    bias: Floats
    scale: Floats
    readout: Floats
    offset: float

    def units(self, maps: Floats) -> Floats:
        """fc6 after its ReLU: `[N, 256, 36]` → `[N, 256, 16]`."""
        return np.maximum(maps / self.scale[:, None] @ self.weight.T + self.bias, 0)

    def pool(self, maps: Floats) -> Floats:
        """Averages, then estimated maxima: `[N, 256, 36]` → `[N, 512]`, float32."""
        units = self.units(maps)
        return np.concatenate([units[..., 0], units @ self.readout + np.float32(self.offset)], axis=1)


def fit_pooling(maps: Floats, steps: int = STEPS) -> Pooling:
    """Regress the maximum of 6 × 6 maps `[N, 256, 36]` on their average and 15 ReLU units, by Adam, without ratings."""
    scale = maps.std(axis=(0, 2)) + 1e-6
    flat = torch.from_numpy(maps / scale[:, None]).reshape(-1, MAPS[1])
    random = torch.Generator().manual_seed(SEED)
    parameters = _initial(MAXIMUM_UNITS, random)
    optimiser = torch.optim.Adam(parameters, lr=3e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, max_lr=1e-2, total_steps=steps)
    for _ in range(steps):
        batch = flat[torch.randint(len(flat), (16_384,), generator=random)]
        loss = torch.nn.functional.mse_loss(_estimate(batch, parameters), batch.amax(1))
        optimiser.zero_grad()
        torch.autograd.backward(loss)
        optimiser.step()
        schedule.step()
    return _with_average([parameter.detach().numpy() for parameter in parameters], scale)


def _initial(units: int, random: torch.Generator) -> list[Tensor]:
    shapes = [(units, MAPS[1]), (units,), (units + 1,), (1,)]
    spread = [0.1, 0.0, 0.1, 0.0]
    return [
        (torch.randn(shape, generator=random) * s).requires_grad_() for shape, s in zip(shapes, spread, strict=True)
    ]


def _estimate(batch: Tensor, parameters: list[Tensor]) -> Tensor:
    weight, bias, readout, offset = parameters
    units = torch.cat([batch.mean(1, keepdim=True), torch.relu(batch @ weight.T + bias)], dim=1)
    return units @ readout + offset


def _with_average(parameters: list[Floats], scale: Floats) -> Pooling:
    weight, bias, readout, offset = parameters
    average = np.full((1, MAPS[1]), 1 / MAPS[1], np.float32)
    return Pooling(
        weight=np.concatenate([average, weight]),
        bias=np.concatenate([np.zeros(1, np.float32), bias]),
        scale=scale.astype(np.float32),
        readout=readout,
        offset=float(offset[0]),
    )
