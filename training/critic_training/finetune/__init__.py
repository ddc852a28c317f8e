"""Fine-tuning and distillation: one loop, one configuration, every loss a file may add to."""
