"""See docs/ for the room."""
