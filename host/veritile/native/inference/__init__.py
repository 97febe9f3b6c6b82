"""Looking at pictures in a process of its own, which may hang or crash without taking the host along."""
