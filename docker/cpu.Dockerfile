# docker build -f docker/cpu.Dockerfile -t avatar-serving:0.1.0 .
# Release builds pass both images by digest (docker/README.md).
ARG NODE_IMAGE=docker.io/library/node:22-bookworm-slim
ARG PYTHON_IMAGE=docker.io/library/python:3.11-slim-bookworm

FROM ${NODE_IMAGE} AS web
WORKDIR /src/web
COPY web/package.json web/package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY web .
RUN npm run build

FROM ${PYTHON_IMAGE} AS service
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=/app
# OpenMP, for llama.cpp.
# hadolint ignore=DL3008
RUN apt-get update && apt-get install -y --no-install-recommends libgomp1 \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /app
# Into /usr/local: KubeRay starts Ray by a login shell, which forgets any other PATH.
COPY pyproject.toml constraints.txt README.md LICENSE NOTICE ./
COPY avatar_serving avatar_serving
COPY pipelines pipelines
COPY deployments deployments
COPY load_tests load_tests
RUN pip install -c constraints.txt -e '.[cluster,traces]'
COPY --from=web /src/web/dist web/dist

# What is in the image, for those who must know: CycloneDX, of the packages installed above.
FROM service AS sbom
RUN python -m venv /opt/sbom && /opt/sbom/bin/pip install cyclonedx-bom==7.5.0 \
    && /opt/sbom/bin/cyclonedx-py environment /usr/local/bin/python --output-file /sbom.cdx.json

FROM service
COPY --from=sbom /sbom.cdx.json /usr/share/sbom/python.cdx.json
# Weights by their sha256 (`docker/README.md`); without them the chart pulls.
COPY --chown=1000:1000 docker/README.md docker/weight[s] /opt/weights/
RUN useradd --uid 1000 --create-home --home-dir /home/avatar avatar
USER 1000
ENV HOME=/home/avatar
EXPOSE 8000
CMD ["avatar-serving", "serve", "--host", "0.0.0.0", "--data", "/data"]
