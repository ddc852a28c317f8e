"""Releases: wheels, clients, images, chart and lists of contents, all of one version."""
