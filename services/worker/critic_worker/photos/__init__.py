"""A photo from its bytes to its critique."""
