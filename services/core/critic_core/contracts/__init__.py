"""What crosses a wire or a file. Imports only the standard library and pydantic."""
