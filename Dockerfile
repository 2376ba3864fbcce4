# hpo as uv.lock has it, for any CPU; with --build-arg EXTRA=cuda for NVIDIA GPUs, too: their driver
# is the host's, brought in by the NVIDIA Container Toolkit.

FROM debian:bookworm-slim AS python
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates python3 \
    && rm -rf /var/lib/apt/lists/*

FROM python AS build
RUN apt-get update && apt-get install --yes --no-install-recommends python3-venv
# The version that the Makefile has.
RUN python3 -m venv /uv && /uv/bin/pip install --no-cache-dir uv==0.13.9
ENV UV_PROJECT_ENVIRONMENT=/opt/hpo UV_PYTHON=/usr/bin/python3 UV_PYTHON_DOWNLOADS=never \
    UV_NO_CACHE=1 UV_COMPILE_BYTECODE=1
WORKDIR /source
ARG EXTRA=
# What is large first: it changes when the lock does, not when the code does.
COPY pyproject.toml uv.lock ./
RUN /uv/bin/uv sync --locked --no-dev --no-install-project ${EXTRA:+--extra "$EXTRA"}
COPY README.md ./
COPY hpo hpo
COPY storage storage
COPY studies studies
RUN /uv/bin/uv sync --locked --no-dev --no-editable ${EXTRA:+--extra "$EXTRA"}

FROM python
COPY --from=build /opt/hpo /opt/hpo
# A named volume that is mounted on a folder begins as the folder is: owned by this user.
RUN useradd --system --uid 10001 --home-dir /var/cache/hpo --no-create-home hpo \
    && install --directory --owner=hpo --group=hpo --mode=0700 /var/lib/hpo /var/cache/hpo
ENV PATH=/opt/hpo/bin:$PATH PYTHONUNBUFFERED=1 \
    HPO_STATE_DIR=/var/lib/hpo HPO_CACHE_DIR=/var/cache/hpo HPO_DATA_DIR=/data \
    NVIDIA_DRIVER_CAPABILITIES=compute,utility
USER hpo
WORKDIR /var/lib/hpo
ENTRYPOINT ["hpo"]
