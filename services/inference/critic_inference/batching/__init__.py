"""Putting waiting requests together into batches, as `config.pbtxt` says."""
