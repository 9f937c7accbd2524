"""The judge's end of one student process."""
