"""Authentication by API key."""
