"""From a queued photo to its stored critique. Knows no Celery."""
