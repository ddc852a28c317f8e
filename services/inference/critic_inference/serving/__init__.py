"""The data plane: models, their states, and the protocol's calls independent of the transport."""
