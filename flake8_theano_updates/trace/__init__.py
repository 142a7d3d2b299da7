"""The user's own run, watched: what the compiled functions' graphs say of their updates."""
