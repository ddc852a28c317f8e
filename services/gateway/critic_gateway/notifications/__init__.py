"""Pub/sub from Redis to long polls and event streams."""
