"""Data sets: download, preparation, labels, near duplicates, degradations."""
