"""Mend what the checks find: edits of the text, each tried before it is offered."""
