"""Model versions: routing, canary, shadow, fallback, drift."""
