"""Configuration: what a node is made of, and where each value came from."""
