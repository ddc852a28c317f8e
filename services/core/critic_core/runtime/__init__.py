"""What every service stands on: settings, logs, storage, job store, queue, metrics."""
