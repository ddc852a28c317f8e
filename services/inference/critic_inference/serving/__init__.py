"""The data plane: models, their states and statistics, and the protocol's calls without a transport."""
