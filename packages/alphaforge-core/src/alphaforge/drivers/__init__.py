"""The only I/O: one HTTP driver, one WebSocket driver, clocks. Only commands that trade import them."""
