"""Admission control, rate limits, quotas and idempotency keys."""
