"""The user's photo files: finding them, and printing their names."""
