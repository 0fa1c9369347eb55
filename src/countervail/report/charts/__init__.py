"""One module a kind of exhibit: `draw(exhibit)` returns a matplotlib Figure."""
