"""What flows through AlphaForge. The values come from the Rust crates; nothing here does I/O."""
