"""Splats on torch: moved with their meshes and drawn, many avatars in one call.

Importing a module of it imports torch, so engines import them where they are built.
"""
