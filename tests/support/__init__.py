"""What several kinds of tests need: real servers on loopback, and waiting with a deadline."""
