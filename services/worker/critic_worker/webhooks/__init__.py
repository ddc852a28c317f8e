"""The webhook sender: a process of its own, beside the workers.

It is the only component that connects to addresses named by callers, so only the sender has egress: the process that
decodes untrusted files cannot connect out, and the process that connects out decodes nothing. A receiver that hangs
blocks no pool process of a worker.
"""
