"""Computation: a session protocol and one file per runtime. Knows no HTTP, no gRPC, no queue."""
