"""The network of a large avatar model (LAM), and the process it runs in.

Imports torch, numpy and the standard library, nothing of this project: the process may belong to an
environment whose pins are not ours.
"""
