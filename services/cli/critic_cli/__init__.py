"""The command line: runs the whole stack on one machine, and talks to any stack over its REST API."""
