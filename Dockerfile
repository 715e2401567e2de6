# The grader as an image: `make image`. By hand, with the version in grader/__init__.py:
#   docker build -t grader:0.1.0 --target grader --build-arg VERSION=0.1.0 .
# The last target, `service`, is the same with pages, workers and their database on top.
# Another base:  --build-arg BASE_IMAGE=…   (Debian or Ubuntu with Python 3.11 or later)
# torch for processors alone:  --build-arg PIP_OPTIONS="--extra-index-url …", PyTorch's CPU index
#
# Only the target's stage is kept: no pip, no headers, no cache, no option of the build is in it.
ARG BASE_IMAGE=python:3.11-slim
# Where packages are installed: the same Python as in BASE_IMAGE, and `venv`.
ARG BUILD_IMAGE=${BASE_IMAGE}

# Of pyproject.toml only the requirements: whatever else changes in it, they stay installed.
FROM ${BUILD_IMAGE} AS requirements
WORKDIR /requirements
COPY pyproject.toml ./
RUN python3 -c "import tomllib; project = tomllib.load(open('pyproject.toml', 'rb')); \
    open('build.txt', 'w').write('\n'.join(project['build-system']['requires'])); \
    open('run.txt', 'w').write('\n'.join(project['project']['dependencies'])); \
    open('service.txt', 'w').write('\n'.join(project['project']['optional-dependencies']['service']))"

FROM ${BUILD_IMAGE} AS dependencies
ARG PIP_OPTIONS=""
ENV PIP_NO_CACHE_DIR=1 PIP_NO_COMPILE=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /build
COPY constraints.txt ./
COPY --from=requirements /requirements/build.txt /requirements/run.txt ./
# pip has an environment of its own and so never enters the one that is kept.
RUN python3 -m venv /opt/pip \
    && /opt/pip/bin/pip install ${PIP_OPTIONS} -c constraints.txt -r build.txt \
    && python3 -m venv --without-pip /opt/venv \
    && /opt/pip/bin/pip --python /opt/venv install ${PIP_OPTIONS} -c constraints.txt -r run.txt
# What only building against torch or testing packages needs: 240 MiB. `import torch` wants
# torch_shm_manager. The bytecode is made here, as nothing can be written at run time, and is
# never compared with its source: 1.8 s to torch's first optimiser, 5.7 s without.
RUN cd /opt/venv/lib/python3*/site-packages \
    && rm -rf torch/include torch/share torch/test \
    && find torch/bin -mindepth 1 -maxdepth 1 ! -name torch_shm_manager -exec rm -rf {} + \
    && find . -name '*.a' -delete \
    && find . -type d -name tests -prune -exec rm -rf {} + \
    && { /opt/venv/bin/python -m compileall -q -j 0 --invalidation-mode unchecked-hash "$PWD" \
        || echo "files for a newer Python stay as they are"; }

FROM dependencies AS package
ARG VERSION
COPY pyproject.toml README.md LICENSE ./
COPY grader grader
RUN of_package=$(python3 -c "import grader; print(grader.__version__)") \
    && if [ "$of_package" != "$VERSION" ]; then \
        echo "VERSION is '$VERSION'; expected --build-arg VERSION=$of_package"; exit 1; fi \
    && /opt/pip/bin/pip wheel --no-deps --no-build-isolation --no-index --wheel-dir wheel . \
    && /opt/pip/bin/pip --python /opt/venv install --no-deps --no-index \
        --prefix /opt/package wheel/*.whl \
    && /opt/venv/bin/python -m compileall -q --invalidation-mode unchecked-hash \
        -s /opt/package -p /opt/venv /opt/package/lib

FROM ${BASE_IMAGE} AS grader
RUN useradd --create-home --uid 1000 --non-unique grader
COPY --from=dependencies /opt/venv /opt/venv
COPY --from=package /opt/package /opt/venv
ARG VERSION
LABEL org.opencontainers.image.title="grader" \
      org.opencontainers.image.version="${VERSION}" \
      grader.version="${VERSION}"
ENV PATH=/opt/venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1
USER grader
WORKDIR /course
ENTRYPOINT ["grader"]
CMD ["--help"]

# Beside what the grader has: pip sees that, and leaves it as it is.
FROM dependencies AS service-dependencies
COPY --from=requirements /requirements/service.txt ./
RUN /opt/pip/bin/pip --python /opt/venv install ${PIP_OPTIONS} -c constraints.txt \
        --prefix /opt/service -r run.txt -r service.txt \
    && find /opt/service -type d -name tests -prune -exec rm -rf {} + \
    && { /opt/venv/bin/python -m compileall -q -j 0 --invalidation-mode unchecked-hash \
            -s /opt/service -p /opt/venv /opt/service/lib \
        || echo "files for a newer Python stay as they are"; }

FROM grader AS service
COPY --from=service-dependencies /opt/service /opt/venv
USER root
# A volume takes over whose folder it is mounted on, and who may enter it.
RUN install -d -m 0700 -o grader -g grader /data
USER grader
EXPOSE 8000
# Of a container that runs no pages, compose.yaml turns it off.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 CMD ["python", "-c", \
    "import urllib.request as web; web.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
