"""A tiny app that shows that a federation computes."""
