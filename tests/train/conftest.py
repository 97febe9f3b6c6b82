"""One thread for PyTorch and OpenCV: more fight each other, and other tests, for the same cores."""

import cv2
import pytest


@pytest.fixture(autouse=True, scope="session")
def one_thread() -> None:
    cv2.setNumThreads(1)
    try:
        import torch
    except ImportError:
        return
    torch.set_num_threads(1)
