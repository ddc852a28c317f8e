"""What the fine-tuned network has to beat: machines on frozen ImageNet features, as in the paper."""
