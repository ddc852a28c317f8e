"""How many cores, replicas and GPUs so many photos a second need, and whether that is true here."""
