"""Photo bytes → tensor, measurements and preview, in a process without credentials."""
