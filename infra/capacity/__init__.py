"""Capacity planner: cores, replicas and GPUs for a rate of photos."""
