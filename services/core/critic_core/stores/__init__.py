"""State in Redis: jobs, albums, deliveries, routing, worker status."""
