# hpo as uv.lock has it, for any CPU; with --build-arg EXTRA=cuda for NVIDIA GPUs, too: their driver
# is the host's, brought in by the NVIDIA Container Toolkit.

FROM debian:bookworm-slim AS python
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates python3 \
    && rm -rf /var/lib/apt/lists/*

FROM python AS dependencies
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

FROM dependencies AS project
COPY LICENSE README.md setup.py ./
COPY hpo hpo
COPY storage storage
COPY studies studies
# The commit, told by whoever builds: --build-arg COMMIT="$(git rev-parse HEAD)".
ARG COMMIT=
RUN if [ -n "$COMMIT" ]; then echo "$COMMIT" > hpo/COMMIT; fi \
    && /uv/bin/uv sync --locked --no-dev --no-editable ${EXTRA:+--extra "$EXTRA"} \
    && mkdir /project && cd /opt/hpo && tar --create bin/hpo lib/python3*/site-packages/hpo \
        lib/python3*/site-packages/hpo-*.dist-info lib/python3*/site-packages/storage \
        lib/python3*/site-packages/studies | tar --extract --directory=/project

FROM python
# A named volume that is mounted on a folder begins as the folder is: owned by this user.
RUN useradd --system --uid 10001 --home-dir /var/cache/hpo --no-create-home hpo \
    && install --directory --owner=hpo --group=hpo --mode=0700 /var/lib/hpo /var/cache/hpo
ENV PATH=/opt/hpo/bin:$PATH PYTHONUNBUFFERED=1 \
    HPO_STATE_DIR=/var/lib/hpo HPO_CACHE_DIR=/var/cache/hpo HPO_DATA_DIR=/data \
    NVIDIA_DRIVER_CAPABILITIES=compute,utility
# Two layers: of a machine that has the dependencies, new code asks for the second alone.
COPY --from=dependencies /opt/hpo /opt/hpo
COPY --from=project /project /opt/hpo
USER hpo
WORKDIR /var/lib/hpo
ENTRYPOINT ["hpo"]
