"""Whole networks trained end to end on the rated pool, on one GPU or on a CPU: stage one of the shipped models."""
