"""A Kubernetes cluster, seen through its API server."""
