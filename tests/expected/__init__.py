"""What the marked programs of the fixtures compute, worked out in NumPy from their text."""
