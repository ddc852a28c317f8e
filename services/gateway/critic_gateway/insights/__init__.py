"""Insights into photos, computed by a worker on request."""
