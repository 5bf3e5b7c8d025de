"""No new positions shortly before listed events."""
