"""What people decide: measures, scenarios, and the shock that they are for a world."""
