"""nbgrader: its gradebook, its converters and its pages."""
