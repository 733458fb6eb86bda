"""Long work that must not sit on the GPUs that serve: training, fits.

One interface (``base.Jobs``), two places: on a cluster a RayJob with pods of its own
(``rayjobs.RayJobs``), on one machine a process under the Ray that runs already
(``local.LocalJobs``).
"""
