"""Which end is the better one: the questions in their order, each deciding only where those before it do not."""

from itertools import pairwise

from scenarios.experiments.ordering import Ending


def test_the_questions_are_asked_in_this_order() -> None:
    best_first = [
        Ending(0, 0, 0, 0, 0, 23),
        Ending(0, 0, 0, 0, 0, 47),  # paid a day later
        Ending(0, 0, 0, 0, 2, 23),  # money of the cardholder was away for two hours
        Ending(0, 0, 0, 1, 0, 23),  # charged twice for a moment
        Ending(0, 0, 1, 0, 0, 0),  # nobody charged, nobody paid
        Ending(0, 1, 1, 0, 24, 30),  # charged, and the money is nowhere
        Ending(1, 0, 0, 1, 24, 23),  # charged twice for good
    ]
    assert all(one < other for one, other in pairwise(best_first))
    assert [ending.good for ending in best_first] == [True] * 5 + [False] * 2
