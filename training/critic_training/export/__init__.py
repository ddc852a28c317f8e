"""A trained network → `model.onnx`, `manifest.json` and `MODEL_CARD.md`; rejected where they disagree."""
