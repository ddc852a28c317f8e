"""The calls of the REST API, one file per thing they are about. Routes are thin: the work is done beside them."""
