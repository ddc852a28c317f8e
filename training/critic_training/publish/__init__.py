"""Model repositories for inference servers: versions, configurations, and whole repositories for Triton and GPUs."""
