"""Face networks: conversion of MediaPipe's published weights to ONNX."""
