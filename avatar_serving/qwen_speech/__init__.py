"""Qwen3-TTS in a process of its own: its package wants other libraries than this project has."""
