"""The engine: it wires the stages together, runs them, and stops them."""
