"""Computation: a session protocol and one file per runtime. Knows no HTTP, no gRPC, no queue."""

import os

# ONNX Runtime reads it at its import, and reports to Microsoft without it.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
