"""`photo-critic cull`: upload a folder to an album, and bring the album's proposals back to the folder."""
