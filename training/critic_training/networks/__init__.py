"""The networks that can be fine-tuned: one protocol, chosen by name (`--arch`)."""
