# The grader as an image: `docker build -t grader .`
# Another base:            --build-arg BASE_IMAGE=…   (Debian or Ubuntu with Python 3.11 or later)
# torch for CPUs alone:    --build-arg PIP_OPTIONS="--extra-index-url …" with PyTorch's CPU index
ARG BASE_IMAGE=python:3.11-slim
FROM ${BASE_IMAGE}

ARG PIP_OPTIONS=""
ENV PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1

WORKDIR /opt/grader
# The dependencies change seldom and are large; the package changes often and is small.
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY grader/__init__.py grader/__init__.py
RUN python3 -m venv /opt/venv \
    && /opt/venv/bin/pip install ${PIP_OPTIONS} -c constraints.txt . \
    && /opt/venv/bin/pip uninstall --yes grader
COPY grader grader
RUN /opt/venv/bin/pip install --no-deps . \
    && useradd --create-home --uid 1000 grader

USER grader
WORKDIR /course
ENV PATH=/opt/venv/bin:$PATH
ENTRYPOINT ["grader"]
CMD ["--help"]
