"""A ladder (sequence diagram) as a still: its steps and geometry, then as text and as SVG."""
