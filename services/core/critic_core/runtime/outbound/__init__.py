"""Requests to addresses that callers name: allowed URLs and addresses."""
