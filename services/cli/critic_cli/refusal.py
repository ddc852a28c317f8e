"""What the command line says when it cannot do what it was asked."""


class Refusal(Exception):
    """A plain sentence with what to do; the command prints it and exits with 2."""
