# One image for web, worker and beat; docker-compose.yml says which it is.
FROM python:3.11-slim-bookworm AS build
WORKDIR /app
RUN python -m venv /venv
COPY requirements.txt requirements-static.txt constraints.txt ./
RUN /venv/bin/pip install --no-cache-dir --constraint constraints.txt --requirement requirements.txt \
    && /venv/bin/pip install --no-cache-dir --no-deps --requirement requirements-static.txt

FROM python:3.11-slim-bookworm
RUN useradd --create-home --uid 1000 lange && mkdir /data && chown lange /data
COPY --from=build --chown=lange /venv /venv
WORKDIR /app
COPY --chown=lange . .
RUN chown lange /app
USER lange
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 LANGE_VAR=/data STATIC_MANIFEST=true
RUN LANGE_VAR=/tmp/build python manage.py vendor \
    && LANGE_VAR=/tmp/build python manage.py collectstatic --no-input --verbosity 0 \
    && rm -rf /tmp/build
VOLUME /data
EXPOSE 8000
CMD ["gunicorn", "--config", "python:config.gunicorn", "config.wsgi"]
