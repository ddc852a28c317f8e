"""Fine-tuning and distillation of whole networks: one loop, one configuration, several losses."""
