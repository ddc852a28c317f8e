"""An upload from its first byte to receipts: receive, store, enqueue."""
