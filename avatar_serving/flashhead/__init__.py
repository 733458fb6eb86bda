"""A video model that draws a talking head, stretch by stretch, from one picture and sound.

SoulX-FlashHead, T. Yu et al., arXiv 2602.07449. Imports torch, and is imported when the engine is
built.
"""
