"""Programs that nobody wrote, and what must hold for each of them."""
