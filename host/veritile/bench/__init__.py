"""What Veritile costs on this machine, each figure beside its goal: `veritile bench`."""
