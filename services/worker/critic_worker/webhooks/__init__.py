"""The sender of webhooks: a process of its own, beside the workers.

It is the only part that calls addresses which callers name, so it gets a way out of the network and photos do not:
what decodes strangers' files cannot call out, and what calls out decodes nothing. Nor can a receiver that hangs take
a process away from photos.
"""
