"""Baselines of the trained networks: classifiers on frozen ImageNet features, as in the paper."""
