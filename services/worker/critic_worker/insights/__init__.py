"""Insights into photos, computed on request from the preview."""
