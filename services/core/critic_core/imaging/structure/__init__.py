"""How much work a file would be, read from its structure before a decoder sees it. Pure standard library."""
