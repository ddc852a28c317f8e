"""Figures that can be believed: from out-of-fold answers, across data sets, and on changed copies of photos."""
