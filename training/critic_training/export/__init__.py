"""A trained network → `model.onnx`, `manifest.json` and `MODEL_CARD.md`; refused where they would not agree."""
