"""Autoscaling on virtual time: the policy of the service against fixed fleets and Ray's own."""
