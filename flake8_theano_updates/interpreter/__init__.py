"""From statements in program order to update collections."""
