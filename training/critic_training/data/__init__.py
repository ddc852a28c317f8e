"""How each data set is got and prepared: from metadata and folders to labelled photos."""
