"""Drawn avatars, measured by what finds eyes and mouths in drawings."""
