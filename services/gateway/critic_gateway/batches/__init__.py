"""Batches: manifests, and the runner that feeds their lines to the photo queue and writes their results."""
