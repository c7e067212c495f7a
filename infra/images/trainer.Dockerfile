# What the built-in algorithms run: Ray, an engine and service/trainers. Built from the repository's root by
# `npm run images`. VARIANT is the lock that is installed: cpu (XGBoost, LightGBM, PyTorch, JAX), tensorflow, or
# gpu (the first on CUDA 13). TensorFlow is apart, since it and the others pull numerical libraries of different versions along.
# The digest is of the index of all platforms; this tag no longer moves, since 3.12.13 took its place.
ARG PYTHON_IMAGE=docker.io/library/python:3.12.12-slim-bookworm@sha256:593bd06efe90efa80dc4eee3948be7c0fde4134606dd40d8dd8dbcade98e669c

FROM ${PYTHON_IMAGE} AS build
ARG VARIANT=cpu
# PyTorch for CPUs is in an index of its own: PyPI's package for Linux brings 3 GB of CUDA. A mirror of it may be named here.
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu
RUN python -m venv /opt/trainer
ENV PATH=/opt/trainer/bin:$PATH PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
COPY service/trainers/locks service/trainers/locks
# Every package by its hash. An index has all that PyTorch needs, too, in other versions: it is asked for PyTorch alone, whose
# dependencies the first lock has; `pip check` tells whether they fit.
RUN pip install --require-hashes --only-binary :all: --requirement service/trainers/locks/image-${VARIANT}.txt
RUN if [ "${VARIANT}" = cpu ]; then \
        pip install --no-deps --require-hashes --only-binary :all: --index-url "${TORCH_INDEX}" \
            --requirement service/trainers/locks/image-cpu-torch.txt \
        && pip check; \
    fi
# DeepSpeed is published as source alone: installed without the kernels that it would compile, whose place PyTorch's own take.
RUN if [ "${VARIANT}" = gpu ]; then DS_BUILD_OPS=0 pip install --no-deps --no-build-isolation --require-hashes \
    --requirement service/trainers/locks/image-gpu-source.txt; fi
COPY service/trainers/pyproject.toml service/trainers/README.md service/trainers/
COPY service/trainers/mlplatform service/trainers/mlplatform
RUN cp -r service/trainers/mlplatform "$(python -c 'import site; print(site.getsitepackages()[0])')/" \
    && python -m compileall -q "$(python -c 'import site; print(site.getsitepackages()[0])')/mlplatform"
# What is in it, as CycloneDX: by a program that is itself not in it.
RUN python -m venv /opt/sbom \
    && /opt/sbom/bin/pip install --require-hashes --only-binary :all: --requirement service/trainers/locks/image-sbom.txt \
    && /opt/sbom/bin/cyclonedx-py environment --output-reproducible --output-file /opt/trainer/sbom.cdx.json \
        /opt/trainer/bin/python

FROM ${PYTHON_IMAGE}
# libgomp: the threads of XGBoost and LightGBM. wget: KubeRay's probes of head and workers call it.
RUN apt-get update && apt-get install -y --no-install-recommends libgomp1 wget \
    && rm -rf /var/lib/apt/lists/* \
    # KubeRay before 1.4 starts Ray in a login shell, which forgets the image's PATH.
    && echo 'export PATH=/opt/trainer/bin:$PATH' > /etc/profile.d/trainer.sh \
    && useradd --uid 1000 --gid 100 --create-home --home-dir /home/ray ray \
    && mkdir /home/ray/result-storage && chown 1000:100 /home/ray/result-storage
COPY --from=build /opt/trainer /opt/trainer
# Each engine is loaded once: an index that has another build of PyTorch (PyPI's, without the CUDA that it links) ends the
# build here, and not the first job.
ARG VARIANT=cpu
RUN case "${VARIANT}" in \
        tensorflow) algorithms="tensorflow-cnn tensorflow-transformer tf-distributed" ;; \
        gpu) algorithms="xgboost lightgbm torch-mpi horovod-mpi jax-pjit deepspeed-zero3" ;; \
        *) algorithms="xgboost lightgbm torch-mpi horovod-mpi jax-pjit" ;; \
    esac \
    && for name in $algorithms; do \
        PYTHONDONTWRITEBYTECODE=1 /opt/trainer/bin/python -c \
            'import sys; from mlplatform.algorithms import algorithm_named; algorithm_named(sys.argv[1]).load()' "$name" || exit 1; \
    done

ARG VERSION=dev
ARG REVISION=unknown
ARG CREATED=1970-01-01T00:00:00Z
LABEL org.opencontainers.image.title="ml-platform-trainer" \
      org.opencontainers.image.description="The built-in training algorithms, on Ray" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.created="${CREATED}"

# Ray asks for a token since 2.59, which a RayJob without authOptions gives to none of its pods: each job has a cluster of its own,
# and who may reach it is the network's business. A job that is stopped has half a minute to keep a checkpoint (Ray's own: 3 s).
ENV PATH=/opt/trainer/bin:$PATH HOME=/home/ray PYTHONUNBUFFERED=1 RAY_AUTH_MODE=disabled RAY_USAGE_STATS_ENABLED=0 \
    RAY_JOB_STOP_WAIT_TIME_S=30
WORKDIR /home/ray
# "ray" of the Ray images, under which the platform's pods run.
USER 1000:100
STOPSIGNAL SIGTERM
# KubeRay says what runs in each pod.
ENTRYPOINT []
