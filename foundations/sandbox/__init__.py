"""Linux confinement of a student process, with one file for each layer."""
