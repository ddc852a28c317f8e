"""Model versions: routing, canary, shadow, fallback, version comparison."""
