"""`python -m critic_worker.health [--ready]`: the container's health check."""

import sys

from critic_worker.health.liveness import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
