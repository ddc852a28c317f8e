"""Default size limits of photos, for services and training alike."""

MAX_BYTES = 64_000_000
MAX_PIXELS = 100_000_000
