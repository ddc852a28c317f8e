"""`photo-critic doctor`: checks of each part, with a remedy for each problem."""
