"""From update collections to suspicions: one module for each family of rules."""
