"""A tiny app that proves that a federation computes."""
