"""Expired leases, expired photos, dead letters."""
