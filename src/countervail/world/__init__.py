"""What the world is: tables, calibration, names."""
