"""The laboratory: from pictures of real faces to weights that the product ships, and what they are worth.

::

    read       tables, archive, faces, livepairs, bench       folders of pictures, each with a CSV
    fake       camera, background, blend, swap, generator     a real face as taken, and a fake of it
    degrade    degrade, codec, tiles, recoded                 what a call does to a picture
    learn      pairs, recipe, nets, loop, heldout             pairs to learn from, networks, a run
    ship       calibration, export, gate, gate_scores, keras  ONNX files, calibrated and gated
    measure    scoring, figures, cost, autocorrelation        what models answer, and figures of it
    tell       results, goals, wording, plots, report         results.csv, tables, a report
    commands   provenance, progress, device                   what every command needs
    own                                                       the same for a user's own pictures
    drawn                                                     drawn faces, to try all of it

Nothing of the live path imports this package. What computes with networks (`nets`, `loop`, `heldout`,
`export`, `generator.fit`, …) needs the extra `train`; the rest does without PyTorch.
"""
