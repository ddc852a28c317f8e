"""The report of a model: Markdown with plots."""
