"""Messages and file formats. Imports only the standard library and pydantic."""
