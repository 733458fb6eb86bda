"""Teach a diffusion model one character, from a few pictures of it: LoRA adapters."""
