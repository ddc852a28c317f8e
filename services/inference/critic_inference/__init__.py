"""ONNX Runtime behind the Open Inference Protocol v2, as NVIDIA Triton speaks it."""
