"""The network of a large avatar model (LAM), and the process it runs in.

Imports torch, numpy, the standard library and `avatar_serving.child`, nothing else of this project:
the process may belong to an environment whose pins are not ours.
"""
