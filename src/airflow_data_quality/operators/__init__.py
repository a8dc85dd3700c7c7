"""Tasks that ask and gate. They hold no judgement of their own: the core has judged when they act."""
