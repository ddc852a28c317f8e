"""What a worker finds in an album: which photos belong together."""
