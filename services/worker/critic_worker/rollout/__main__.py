"""`python -m critic_worker.rollout`: the operators' command."""

import sys

from critic_worker.rollout.command import main

if __name__ == "__main__":
    sys.exit(main())
