"""CosyVoice 3 on torch: text to speech tokens, to a spectrogram, to sound, in chunks.

Written from the paper (https://arxiv.org/abs/2505.17589) and the published configuration; it reads
the weights of Fun-CosyVoice3-0.5B. Importing a module of it imports torch, so the engine imports
them where it is built.
"""
