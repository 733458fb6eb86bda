# docker build -f docker/gpu.Dockerfile -t avatar-serving-gpu:0.1.0 .
# The CPU image's content with the extra `gpu`, for nodes with a GPU. torch brings its own CUDA.
ARG NODE_IMAGE=docker.io/library/node:22-bookworm-slim
ARG CUDA_IMAGE=docker.io/nvidia/cuda:12.8.1-cudnn-runtime-ubuntu24.04

FROM ${NODE_IMAGE} AS web
WORKDIR /src/web
COPY web/package.json web/package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY web .
RUN npm run build

FROM ${CUDA_IMAGE} AS service
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=/app
# OpenMP is for llama.cpp; vLLM compiles kernels when it starts.
# hadolint ignore=DL3008,SC2016
RUN apt-get update && apt-get install -y --no-install-recommends python3 python3-dev python3-venv gcc libgomp1 \
    && rm -rf /var/lib/apt/lists/* \
    && python3 -m venv /opt/python \
    # KubeRay starts Ray by a login shell, whose PATH is /etc/profile's.
    && echo 'export PATH=/opt/python/bin:$PATH' > /etc/profile.d/python.sh
ENV PATH=/opt/python/bin:$PATH
WORKDIR /app
COPY pyproject.toml constraints-gpu.txt README.md LICENSE NOTICE ./
COPY avatar_serving avatar_serving
COPY pipelines pipelines
COPY deployments deployments
COPY load_tests load_tests
RUN pip install -c constraints-gpu.txt -e '.[cluster,gpu,traces]'
COPY --from=web /src/web/dist web/dist

FROM service AS sbom
RUN python -m venv /opt/sbom && /opt/sbom/bin/pip install cyclonedx-bom==7.5.0 \
    && /opt/sbom/bin/cyclonedx-py environment /opt/python/bin/python --output-file /sbom.cdx.json

FROM service
COPY --from=sbom /sbom.cdx.json /usr/share/sbom/python.cdx.json
COPY --chown=1000:1000 docker/README.md docker/weight[s] /opt/weights/
RUN useradd --uid 1000 --create-home --home-dir /home/avatar avatar
USER 1000
ENV HOME=/home/avatar
EXPOSE 8000
CMD ["avatar-serving", "serve", "--host", "0.0.0.0", "--data", "/data"]
