"""`photo-critic up`: the processes of a local stack and their supervisor."""
