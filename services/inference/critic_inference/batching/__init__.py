"""Dynamic batching as configured in `config.pbtxt`."""
