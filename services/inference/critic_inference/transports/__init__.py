"""gRPC and HTTP: each a codec and thin calls of the data plane."""
