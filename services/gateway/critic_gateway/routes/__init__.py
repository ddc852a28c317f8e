"""Routes of the REST API, one file per resource. Routes are thin: the logic is in the rooms below."""
