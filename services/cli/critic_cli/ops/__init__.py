"""`photo-critic ops`: operators' commands for a Compose deployment. They need Docker Compose v2 alone."""
