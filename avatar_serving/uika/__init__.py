"""The network of a large avatar model that looks at any number of pictures (UIKA).

Like `avatar_serving.lam` it imports torch, numpy, the standard library and that package, nothing
else of this project: its process may belong to an environment whose pins are not ours.
"""
