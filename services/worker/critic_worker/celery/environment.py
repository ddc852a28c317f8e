"""Environment variables that must be set before Celery, numpy or prometheus-client are imported. Stdlib only."""

import atexit
import os
import shutil
import tempfile

# One thread a process: photos run in parallel, and a library's threads do not survive a fork.
_THREAD_LIMITS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def prepare(metrics: bool) -> None:
    """Set thread limits and the folder of multiprocess metrics, unless they are set already."""
    for name in _THREAD_LIMITS:
        os.environ.setdefault(name, "1")
    if metrics and "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        folder = os.environ["PROMETHEUS_MULTIPROC_DIR"] = tempfile.mkdtemp(prefix="photo-critic-metrics-")
        atexit.register(shutil.rmtree, folder, ignore_errors=True)  # pool processes end without atexit
