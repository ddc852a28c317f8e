"""Where a photo is sharp, where its subject is, and how its horizon lies."""
