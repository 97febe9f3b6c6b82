"""The temporal model of recorded video: made from sequences of frames, judged beside the frame model's mean.

Photographs are brought to life (`animate`) and calls cut into sequences (`sequences`); a fake is laid over
each with a mask, colour, strength and place that change from frame to frame (`unsteady`). What the frame
model's fixed filters and the landmarks say of each frame is kept (`run`), a small recurrent network learns
to correct the frame model's mean from it (`network`), and it is exported as one ONNX file (`export`).
"""
