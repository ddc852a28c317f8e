"""Shared by all training runs: configuration, checkpoint, predictions, photo library, frozen features, embedding."""
