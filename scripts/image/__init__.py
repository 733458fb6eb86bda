"""The CPU image, built and started where no registry of images can be reached.

``python -m scripts.image`` makes base images out of Debian's packages and npm's Node.js, builds
``docker/cpu.Dockerfile`` from them with buildah, starts what came of it as the chart would, and
talks to it. It wants root, buildah and mmdebstrap: ``apt-get install buildah mmdebstrap``.
"""
