"""From the source notebook to what students get."""
