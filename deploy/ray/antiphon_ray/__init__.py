"""Keeps as many Antiphon workers on a Ray cluster as a gateway wants. docs/ray.md says how to use it."""
