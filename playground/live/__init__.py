"""Live code: what stands on the stage, what stood there before, and noticing that it changed."""
