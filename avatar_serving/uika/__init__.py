"""The network of a large avatar model that looks at any number of pictures (UIKA).

Like `avatar_serving.lam` it imports torch, numpy, the standard library, that package and
`avatar_serving.child`, nothing else of this project: its process may belong to an environment whose
pins are not ours.
"""
