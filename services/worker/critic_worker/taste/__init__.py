"""Training of an owner's taste on the owner's decisions."""
