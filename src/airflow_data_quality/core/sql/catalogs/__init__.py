"""How databases' catalogs are asked, and their rows read."""
