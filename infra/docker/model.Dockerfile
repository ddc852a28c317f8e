# One exported model, and what publishes it: for Kubernetes, where the folder that `critic-train export` wrote is not at hand.
#
#   docker build -f infra/docker/model.Dockerfile --build-arg TRAINING=registry.example.com/photo-critic/training:0.1.0 \
#     -t registry.example.com/photo-critic/model:aesthetics-2 exported/aesthetics
#
# All but a few megabytes are the layers of the training image.

ARG TRAINING=photo-critic/training:0.1.0
FROM ${TRAINING} AS model
COPY --chown=10001:10001 . /model
