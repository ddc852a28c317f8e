"""Exports of albums: a file per format. The caller supplies the pictures, and stores or serves the result."""
