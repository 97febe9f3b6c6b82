"""Bring your own data: a folder of real and fake pictures and videos becomes a model of one's own.

::

    prepare   folder -> faces, cut out and split by person     files, cut, journal, split, table
    fit       faces  -> weights, starting from ours             examples, weights, finetune
    export    weights -> ONNX file with a card draft            release, card_draft
    evaluate  models -> figures on held-out people              measure

`fit` and `export` need the extra `train`; the rest runs without PyTorch.
"""
