# veritile serve in a container:  docker build -t veritile .   (docs/api.md says how to run it, and what was tried)
# For an NVIDIA GPU:              docker build -t veritile --build-arg GPU=1 --build-arg BASE=nvidia/cuda:13.0.1-cudnn-runtime-ubuntu24.04 .
ARG BASE=python:3.12-slim-bookworm
FROM ${BASE}

ARG GPU=
ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PATH=/opt/veritile/bin:$PATH

# The GPU's base brings no Python. Which version its distribution has is its own affair.
# hadolint ignore=DL3008
RUN if ! python3 -c 'import ensurepip' 2>/dev/null; then \
        apt-get update \
        && apt-get install --yes --no-install-recommends python3 python3-venv \
        && rm -rf /var/lib/apt/lists/*; \
    fi

WORKDIR /src
COPY pyproject.toml README.md LICENSE ./
COPY host ./host
COPY models ./models
COPY scripts/wheel_extension.py ./scripts/wheel_extension.py
COPY extension/src/shared/tokens.css extension/src/shared/base.css ./extension/src/shared/
# What is installed is this folder, whose version is its own. The two ONNX Runtimes overwrite each other.
# hadolint ignore=DL3013
RUN python3 -m venv /opt/veritile \
    && pip install --no-cache-dir ".[server]" \
    && if [ -n "${GPU}" ]; then \
        pip uninstall --yes onnxruntime \
        && pip install --no-cache-dir onnxruntime-gpu; \
    fi \
    && useradd --create-home --uid 10001 veritile \
    && install -d -o veritile -g veritile /data

USER 10001
WORKDIR /home/veritile
ENV VERITILE_HOST=0.0.0.0 \
    VERITILE_PORT=8477 \
    VERITILE_DATA_DIR=/data \
    VERITILE_LOG_DIR=/data/log
VOLUME /data
EXPOSE 8477
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s CMD ["python3", "-c", "import os, urllib.request; urllib.request.urlopen('http://127.0.0.1:' + os.environ['VERITILE_PORT'] + '/dashboard/', timeout=4)"]
ENTRYPOINT ["veritile", "serve"]
