"""Readiness and gauges, on connections with short deadlines."""
