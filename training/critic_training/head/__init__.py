"""Two layers learnt over frozen ImageNet maps: the way of the shipped models, within half an hour on a CPU."""
