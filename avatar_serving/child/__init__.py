"""Networks in processes of their own, which may have another python and other libraries.

`wire` and `worker` run there too: they import numpy and the standard library, nothing else of this
project.
"""
