"""Readiness checks and gauges for Prometheus."""
