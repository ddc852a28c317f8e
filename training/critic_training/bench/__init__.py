"""Speed of photo preparation and of training on this machine."""
