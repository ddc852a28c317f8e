"""Everything that is known of a model, as Markdown with plots."""
