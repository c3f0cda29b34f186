"""Where events come from and how they are sent."""
