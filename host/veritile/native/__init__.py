"""The host process that the browser starts, and the protocol that it speaks (PROTOCOL.md).

Nothing here imports numpy, OpenCV or ONNX Runtime: the worker's thread does,
once `hello` has been answered.
"""
