"""What all training runs share: configuration, checkpoint, predictions, photos, features and the embedding."""
