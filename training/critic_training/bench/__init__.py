"""How fast photos are prepared and networks trained on this machine."""
