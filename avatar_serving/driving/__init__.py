"""Driving an avatar by a film: what a person's face does in it, and another head in their place."""
