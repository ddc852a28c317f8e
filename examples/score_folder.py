"""Scores the photos of a folder with a running Photo Critic: python score_folder.py FOLDER"""

import os
import sys
from pathlib import Path

from photo_critic_client import Client

with Client(os.environ.get("CRITIC_URL", "http://127.0.0.1:8000"), os.environ.get("CRITIC_API_KEY")) as critic:
    for file in sorted(Path(sys.argv[1]).glob("*.jpg")):
        print(f"{critic.score(file).critique.score:5.1f} {file.name}")
