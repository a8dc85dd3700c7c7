"""A run as others read it: people in a log or terminal, and the systems that show the outcome of a build."""
