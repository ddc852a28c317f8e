"""Networks to fine-tune: one protocol, chosen by name (`--arch`)."""
