"""HTTP machinery: middleware, problem details, the draining server."""
