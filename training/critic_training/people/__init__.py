"""The last two layers of a network trained on the pool, fitted to people's ratings: stage two of the shipped models."""
