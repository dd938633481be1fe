"""The tour: the product's main job played against the running local cloud, step by step, for a person to read."""
