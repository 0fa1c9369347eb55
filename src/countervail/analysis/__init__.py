"""What it means: findings computed from outcomes."""
