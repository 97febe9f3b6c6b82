"""Simulated calls: people whose scores are drawn, judged by the engine that ships."""
