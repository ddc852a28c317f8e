"""A head of two layers over frozen ImageNet features: the shipped AlexNet, within half an hour on a CPU."""
