"""How far is the suite S20 from the best SQL that can be written by hand?

Twenty checks on a table of orders, against the hand-written optimum on one and on two connections and what one writes first;
keys in order, in random order, doubled, declared, and once from a cold cache. Sizes by ``--rows``.
"""

from benchmarks.s20.contest import main

__all__ = ["main"]
