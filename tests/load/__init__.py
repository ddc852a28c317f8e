"""Measuring: what each stage can do, and what the whole stack makes of it."""
