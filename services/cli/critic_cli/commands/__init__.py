"""The commands of `photo-critic`, one a file: options and arguments; the work is in the other folders."""
