"""A finished model in float16, for GPUs: an ONNX graph rewritten without PyTorch."""
