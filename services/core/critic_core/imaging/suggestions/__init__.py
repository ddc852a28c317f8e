"""Suggestions: changes of a photo whose gain the scoring network measures on changed copies."""
