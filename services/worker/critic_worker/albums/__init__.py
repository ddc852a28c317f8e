"""Groups, sequences and the selection of an album."""
