"""The fast part: arrays and integers only."""
