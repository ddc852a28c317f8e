"""`photo-critic cull`: a folder of photos goes to an album, and what to keep of it comes back to the folder's tools."""
