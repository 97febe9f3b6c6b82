"""From pictures of real faces to weights that the product ships.

Nothing of the live path imports this package. `faces`, `blend`, `degrade` and
`figures` need numpy and OpenCV only; `nets`, `loop` and `export` need the
extra `train` (PyTorch, onnx, scikit-learn).
"""
