"""Figures of runs and models: out of fold, across data sets, and on changed copies of photos."""
