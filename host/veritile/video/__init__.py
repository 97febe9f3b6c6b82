"""Video files: what kind a file is, and frames of it at a bounded rate."""

from veritile.video.file import VideoFrame, sample_frames
from veritile.video.kind import Kind, file_kind

__all__ = ["Kind", "VideoFrame", "file_kind", "sample_frames"]
