"""A head of two layers over frozen ImageNet features: the shipped models, within half an hour on a CPU."""
