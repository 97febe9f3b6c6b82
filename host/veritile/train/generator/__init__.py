"""Generated faces: what a face swapper's network would have put in place of each real one.

A live swap replaces the inner face with the output of a generator: skin without
its own texture, eyes and brows crisper than the rest, the generator's resolution
whatever the frame's, and the traces of its upsampling. Small generators of our
own, trained on the real faces alone, leave such traces:

- `align`: a face to a canonical square, by its five landmarks;
- `nets`: an autoencoder with two decoders, a super-resolver, a critic;
- `fit`: their training;
- `make`: a generated version of every picture; `make.prepare` does all of this;
- `cache`: where these are kept, and read back.

`align` and `cache` need numpy and OpenCV only, the others PyTorch.
"""
