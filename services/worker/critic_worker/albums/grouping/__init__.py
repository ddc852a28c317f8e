"""Groups of an album: exact and near duplicates, bursts, scenes, sequences."""
