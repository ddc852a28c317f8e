"""Studies behind the formulas of the worker and the float16 models, each one command; outside the package, since they
run the code of services: `python -m training.research.best_of_group`, in a checkout."""
