"""The local process group: a queue server, inference, a worker and a gateway under one supervisor."""
