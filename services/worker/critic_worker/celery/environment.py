"""What must be in the environment before Celery, numpy or prometheus-client are imported. Standard library only."""

import atexit
import os
import shutil
import tempfile

# One thread a process: parallelism is over photos, and threads of a library's own do not survive a fork.
_ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def prepare(metrics: bool) -> None:
    """Settle threads and the folder through which pool children count; what was set from outside stays."""
    for name in _ONE_THREAD:
        os.environ.setdefault(name, "1")
    if metrics and "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        folder = os.environ["PROMETHEUS_MULTIPROC_DIR"] = tempfile.mkdtemp(prefix="photo-critic-metrics-")
        atexit.register(shutil.rmtree, folder, ignore_errors=True)  # pool children leave without their atexit
