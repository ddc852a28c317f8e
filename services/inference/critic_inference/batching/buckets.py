"""The few batch sizes of a device where new shapes are costly."""


def bucket_sizes(largest: int) -> tuple[int, ...]:
    """1, 2, 4, 8 … and `largest` itself; () for a model without a batch dimension (`largest` 0)."""
    sizes = []
    size = 1
    while size < largest:
        sizes.append(size)
        size *= 2
    return (*sizes, largest) if largest else ()


def bucket_for(rows: int, largest: int) -> int:
    """The smallest bucket that holds `rows`."""
    return next(size for size in bucket_sizes(largest) if size >= rows)
