"""Quality of photos, and the best of a group."""
