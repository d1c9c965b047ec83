"""Renderers: pure functions from a Report to text, one small module a format."""
