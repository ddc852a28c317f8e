"""Candidate storage forms of a network."""

from dataclasses import dataclass

from critic_training.export.graph import Storage


@dataclass(frozen=True)
class Form:
    """`storage` of dense layers, `convolutions` of all else; `rank` of AlexNet's fc6 and fc7, None: whole.

    `large`: of convolutions with many weights, None: like the others.
    """

    storage: Storage
    convolutions: Storage
    rank: int | None = None
    large: Storage | None = None

    @property
    def name(self) -> str:
        """For tables and file names."""
        whole = str(self.storage)
        if self.storage is not self.convolutions:
            size = "small convolutions" if self.large is self.storage else "convolutions"
            whole = f"{whole}, {size} {self.convolutions}"
        return whole if self.rank is None else f"{whole}, rank {self.rank}"


FLOAT32 = Form(Storage.float32, Storage.float32)

MAPS = (
    FLOAT32,
    Form(Storage.float16, Storage.float16),
    Form(Storage.int8, Storage.float16),
    Form(Storage.int8, Storage.float16, large=Storage.int8),
    Form(Storage.int8, Storage.int8),
)

FORMS = {
    "alexnet": (
        FLOAT32,
        Form(Storage.float16, Storage.float16),
        Form(Storage.int8, Storage.float16),
        Form(Storage.int4, Storage.float16),
        *(Form(Storage.float16, Storage.float16, rank) for rank in (256, 512, 768)),
        *(Form(Storage.int8, Storage.float16, rank) for rank in (512, 1024)),
        Form(Storage.int4, Storage.float16, 1024),
    ),
    "alexnet-maps": MAPS,
    "efficientnet-lite0": MAPS,
    "efficientnet-lite2-maps": MAPS,
}
"""By architecture. The first is the reference of all differences."""
