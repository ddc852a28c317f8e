"""Infrastructure of all services: settings, logs, storage, queue, metrics, tracing."""
