"""``avatar-serving doctor``: can a machine or a cluster run the service, and what mends it?"""
