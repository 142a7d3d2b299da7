"""From files to syntax trees with true lines and columns."""
