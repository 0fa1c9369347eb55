"""Many scenarios: a plan, its batches, the engines that run them, and the files that they leave."""
