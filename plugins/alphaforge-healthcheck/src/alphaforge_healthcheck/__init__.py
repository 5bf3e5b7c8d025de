"""Health checks for AlphaForge."""
