"""The Celery process: application, tasks, background threads."""
