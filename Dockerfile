# The suite without anything else: `docker build -t conformance .`, then, with nothing writable but the reports,
# docker run --rm --read-only --tmpfs /tmp -v "$PWD/reports:/work/reports" conformance run https://staging.example
FROM python:3.13-slim AS build
WORKDIR /src
COPY pyproject.toml README.md LICENSE ./
COPY conformance ./conformance
COPY specs ./specs
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir .

FROM python:3.13-slim
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin conformance \
    && install --directory --owner=conformance /work /work/reports
COPY --from=build /venv /venv
# What is cached goes where a read-only container has room.
ENV PATH="/venv/bin:$PATH" \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    XDG_CACHE_HOME=/tmp/cache
USER 10001
WORKDIR /work
ENTRYPOINT ["conformance"]
CMD ["--help"]
