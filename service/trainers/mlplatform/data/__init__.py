"""Reading of training data: where it is, what it is made of, and this worker's share of it."""
