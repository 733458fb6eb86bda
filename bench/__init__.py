"""``make bench``: the project's targets, measured on this machine."""
