"""A whole production on one machine, with hundreds of callers and agents, for load and for faults."""
