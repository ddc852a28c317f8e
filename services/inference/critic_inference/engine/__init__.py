"""Computation: a session protocol and one file per runtime. Knows no HTTP, no gRPC, no queue."""

import os

os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")  # ONNX Runtime reports to Microsoft unless told before its import
