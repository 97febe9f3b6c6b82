"""The host process that the browser starts, and the protocol that it speaks (PROTOCOL.md).

`greeting` answers `hello` with next to nothing loaded, `conversation` does all else. Nothing here
imports numpy, OpenCV or ONNX Runtime: the process that looks at pictures does (`inference`).
"""
