"""How venues are spoken to, without I/O: nothing here awaits, sleeps or reads a clock."""
