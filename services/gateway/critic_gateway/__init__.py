"""1. Take uploads, store, enqueue; answer questions about results; serve the page. Never decodes a photo."""
