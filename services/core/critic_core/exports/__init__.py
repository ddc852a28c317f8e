"""What is decided in an album, taken away: one file a format. Pictures are handed in; nothing here stores or serves."""
