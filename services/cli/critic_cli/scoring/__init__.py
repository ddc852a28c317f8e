"""`photo-critic score`: concurrent uploads, and the critiques as table, JSON or CSV."""
