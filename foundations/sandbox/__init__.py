"""Linux confinement of a student process, a file for each layer."""
