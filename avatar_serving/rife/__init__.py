"""RIFE (Z. Huang et al., ECCV 2022): a network that sees how things moved between two pictures."""
