"""Backup and restore of Redis and photos of a running Compose stack (docs/backups.md)."""
