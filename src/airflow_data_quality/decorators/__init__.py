"""Tasks written as functions. They hold no judgement of their own."""
