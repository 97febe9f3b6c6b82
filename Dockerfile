# veritile serve in a container:  docker build -t veritile .   (docs/api.md says how to run it, and what was tried)
# For an NVIDIA GPU:              docker build -t veritile --build-arg EXTRAS=server,gpu --build-arg BASE=nvidia/cuda:12.8.1-cudnn-runtime-ubuntu24.04 .
ARG BASE=python:3.12-slim-bookworm
FROM ${BASE}

ARG EXTRAS=server
ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PATH=/opt/veritile/bin:$PATH

# The GPU's base brings no Python.
RUN command -v python3 >/dev/null && python3 -m venv --help >/dev/null 2>&1 \
    || (apt-get update \
        && apt-get install --yes --no-install-recommends python3 python3-venv \
        && rm -rf /var/lib/apt/lists/*)

WORKDIR /src
COPY pyproject.toml README.md LICENSE ./
COPY host ./host
COPY models ./models
COPY scripts/wheel_extension.py ./scripts/wheel_extension.py
COPY extension/src/shared/tokens.css extension/src/shared/base.css ./extension/src/shared/
RUN python3 -m venv /opt/veritile \
    && pip install --no-cache-dir ".[${EXTRAS}]" \
    && useradd --create-home --uid 10001 veritile \
    && install -d -o veritile -g veritile /data

USER veritile
WORKDIR /home/veritile
ENV VERITILE_HOST=0.0.0.0 \
    VERITILE_PORT=8477 \
    VERITILE_DATA_DIR=/data \
    VERITILE_LOG_DIR=/data/log
VOLUME /data
EXPOSE 8477
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s CMD ["python3", "-c", "import os, urllib.request; urllib.request.urlopen('http://127.0.0.1:' + os.environ['VERITILE_PORT'] + '/dashboard/', timeout=4)"]
ENTRYPOINT ["veritile", "serve"]
