"""Environments of Python beside the base one, for what must not be installed into it.

``torch`` has torch and its company, ``vllm`` has vLLM for the CPU on top of that. Each lies in the
cache under the hash of what it is made of: made once, found again, made anew when a pin changes.
"""
