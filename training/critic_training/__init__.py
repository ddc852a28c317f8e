"""Data → baseline → train → evaluate → compress → export → publish."""
