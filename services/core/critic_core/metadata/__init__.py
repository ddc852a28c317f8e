"""What files say about a photo beside its pixels: XMP, EXIF ratings, times. Standard library and contracts alone."""
