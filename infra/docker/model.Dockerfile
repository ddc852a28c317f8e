# One exported model with its publisher, for Kubernetes, where the folder of `critic-train export` is not available.
#
#   docker build -f infra/docker/model.Dockerfile --build-arg TRAINING=registry.example.com/photo-critic/training:0.3.0 \
#     -t registry.example.com/photo-critic/model:aesthetics-2 exported/aesthetics
#
# Only a few megabytes on top of the training image.

ARG TRAINING=photo-critic/training:0.3.0
FROM ${TRAINING} AS model
COPY --chown=10001:10001 . /model
