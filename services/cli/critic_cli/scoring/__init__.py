"""`photo-critic score`: photos from disk to a running Photo Critic, and its answers to people and programs."""
