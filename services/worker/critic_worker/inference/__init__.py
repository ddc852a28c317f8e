"""The client of the inference server."""
