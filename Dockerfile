# Two stages: the packages are installed where pip is, and run where it is not needed.
FROM python:3.12-slim AS packages
WORKDIR /app
COPY requirements.txt .
RUN python -m venv /app/.venv \
 && /app/.venv/bin/pip install --no-cache-dir --require-hashes --only-binary :all: -r requirements.txt

FROM python:3.12-slim
RUN useradd --create-home --uid 10001 civicdata && mkdir /data && chown civicdata /data
WORKDIR /app
COPY --from=packages /app/.venv /app/.venv
COPY manage.py ./
COPY civicdata civicdata
COPY portals portals
COPY requests_app requests_app
COPY templates templates
COPY static static
ENV PATH=/app/.venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    CIVICDATA_HOME=/data CIVICDATA_ENV=production
USER civicdata
VOLUME /data
EXPOSE 8000
CMD ["granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", "--workers", "2", \
     "--blocking-threads", "8", "--no-ws", "--log-level", "warning", "--respawn-failed-workers", \
     "civicdata.wsgi:application"]
