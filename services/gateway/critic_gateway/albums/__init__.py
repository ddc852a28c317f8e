"""Album queries: results computed by workers, cursors, sources of exports."""
