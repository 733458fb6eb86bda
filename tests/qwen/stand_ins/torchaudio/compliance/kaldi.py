"""Imported by Qwen-TTS for its other tokeniser, and not used; for the CPU there is none."""
