"""The selection: verdicts, their reasons, keepers at risk."""
