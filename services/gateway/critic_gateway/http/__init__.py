"""HTTP: middleware, problem documents, the draining server."""
