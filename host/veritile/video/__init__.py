"""Video files: what kind a file is, and frames of it at a bounded rate."""

from veritile.video.file import Film, VideoFrame, describe, sample_frames
from veritile.video.kind import Kind, file_kind

__all__ = ["Film", "Kind", "VideoFrame", "describe", "file_kind", "sample_frames"]
