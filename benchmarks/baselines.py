"""The models that poslab is measured beside: the same hops, and nothing else.

A healthy sale in poslab passes eleven hops: a customer comes, the cashier keys the sale, six messages go between
terminal, host, switch and issuer, a slip is printed and handed over, and an SMS is read. Each model here has the same
eleven with the same delays (keying and handing over take none), a small state machine a node and two sums for a ledger;
it dials no line, keeps no history, judges nothing, clears nothing at night and cannot fail.
"""

import heapq
import itertools
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any

import simpy

SECOND = 1_000_000
TERMINAL_LINK = 120_000
TRUNK = 35_000
PRINT = 2 * SECOND
SMS = 3 * SECOND
TIMERS = (60 * SECOND, 50 * SECOND, 40 * SECOND)
HOPS = 11


@dataclass(slots=True)
class Message:
    """What passes a hop."""

    terminal: int
    stan: int
    amount: int
    code: str = ""


class World:
    """Terminal, host, switch and issuer as toys: pending sales by key, two ledgers."""

    def __init__(self, terminals: int) -> None:
        self.buying: dict[int, int] = {}
        self.stans = [0] * terminals
        self.waiting: list[dict[int, Message]] = [{} for _ in range(terminals)]
        self.at_host: dict[tuple[int, int], str] = {}
        self.at_switch: dict[tuple[int, int], str] = {}
        self.payable = 0
        self.balance = 0
        self.done = 0


def process_per_hop(terminals: int, sales: int, pace_us: int, *, timers: bool) -> int:  # noqa: C901 (eleven nodes)
    """One SimPy process a hop; with ``timers`` one more for each of the three answer timers. Sales done."""
    env = simpy.Environment()
    world = World(terminals)

    def hop(delay: int, node: Callable[[Message], None], message: Message) -> Generator[Any, Any, None]:
        yield env.timeout(delay)
        node(message)

    def timer(delay: int, pending: dict[Any, Any], key: Any) -> Generator[Any, Any, None]:
        yield env.timeout(delay)
        if key in pending:
            raise AssertionError("a healthy sale timed out")

    def go(delay: int, node: Callable[[Message], None], message: Message) -> None:
        env.process(hop(delay, node, message))

    def at_cashier(customer: Message) -> None:
        world.buying[customer.terminal] = customer.amount
        go(0, at_terminal, Message(customer.terminal, 0, customer.amount))

    def at_terminal(message: Message) -> None:
        world.stans[message.terminal] = stan = world.stans[message.terminal] + 1
        request = Message(message.terminal, stan, message.amount)
        world.waiting[message.terminal][stan] = request
        if timers:
            env.process(timer(TIMERS[0], world.waiting[message.terminal], stan))
        go(TERMINAL_LINK, at_host, request)

    def at_host(request: Message) -> None:
        key = (request.terminal, request.stan)
        world.at_host[key] = "forwarded"
        if timers:
            env.process(timer(TIMERS[1], world.at_host, key))
        go(TRUNK, at_switch, request)

    def at_switch(request: Message) -> None:
        key = (request.terminal, request.stan)
        world.at_switch[key] = "forwarded"
        if timers:
            env.process(timer(TIMERS[2], world.at_switch, key))
        go(TRUNK, at_issuer, request)

    def at_issuer(request: Message) -> None:
        world.balance -= request.amount
        go(SMS, at_cardholder, request)
        go(TRUNK, back_at_switch, Message(request.terminal, request.stan, request.amount, "00"))

    def back_at_switch(answer: Message) -> None:
        del world.at_switch[answer.terminal, answer.stan]
        go(TRUNK, back_at_host, answer)

    def back_at_host(answer: Message) -> None:
        del world.at_host[answer.terminal, answer.stan]
        world.payable += answer.amount
        go(TERMINAL_LINK, back_at_terminal, answer)

    def back_at_terminal(answer: Message) -> None:
        del world.waiting[answer.terminal][answer.stan]
        go(PRINT, printed, answer)

    def printed(answer: Message) -> None:
        go(0, slip_at_cashier, answer)

    def slip_at_cashier(answer: Message) -> None:
        del world.buying[answer.terminal]
        world.done += 1

    def at_cardholder(message: Message) -> None:
        pass

    def customers(terminal: int, count: int) -> Generator[Any, Any, None]:
        yield env.timeout(pace_us * (terminal + 1) // terminals)
        for number in range(count):
            at_cashier(Message(terminal, 0, 1_000 + number % 100))
            yield env.timeout(pace_us)

    for terminal in range(terminals):
        env.process(customers(terminal, sales // terminals + (terminal < sales % terminals)))
    env.run()
    return world.done


def bare_heap(terminals: int, sales: int, pace_us: int) -> int:  # noqa: C901 (eleven nodes)
    """The same without SimPy: a heap of (time, number, what to do, message). Sales done."""
    world = World(terminals)
    heap: list[tuple[int, int, Callable[[Message], None], Message]] = []
    numbers = itertools.count()
    push, pop = heapq.heappush, heapq.heappop
    now = 0

    def go(delay: int, node: Callable[[Message], None], message: Message) -> None:
        push(heap, (now + delay, next(numbers), node, message))

    def at_cashier(customer: Message) -> None:
        world.buying[customer.terminal] = customer.amount
        go(0, at_terminal, Message(customer.terminal, 0, customer.amount))

    def at_terminal(message: Message) -> None:
        world.stans[message.terminal] = stan = world.stans[message.terminal] + 1
        request = Message(message.terminal, stan, message.amount)
        world.waiting[message.terminal][stan] = request
        go(TERMINAL_LINK, at_host, request)
        if stan < quota[message.terminal]:
            go(pace_us, at_cashier, Message(message.terminal, 0, 1_000 + stan % 100))

    def at_host(request: Message) -> None:
        world.at_host[request.terminal, request.stan] = "forwarded"
        go(TRUNK, at_switch, request)

    def at_switch(request: Message) -> None:
        world.at_switch[request.terminal, request.stan] = "forwarded"
        go(TRUNK, at_issuer, request)

    def at_issuer(request: Message) -> None:
        world.balance -= request.amount
        go(SMS, at_cardholder, request)
        go(TRUNK, back_at_switch, Message(request.terminal, request.stan, request.amount, "00"))

    def back_at_switch(answer: Message) -> None:
        del world.at_switch[answer.terminal, answer.stan]
        go(TRUNK, back_at_host, answer)

    def back_at_host(answer: Message) -> None:
        del world.at_host[answer.terminal, answer.stan]
        world.payable += answer.amount
        go(TERMINAL_LINK, back_at_terminal, answer)

    def back_at_terminal(answer: Message) -> None:
        del world.waiting[answer.terminal][answer.stan]
        go(PRINT, printed, answer)

    def printed(answer: Message) -> None:
        go(0, slip_at_cashier, answer)

    def slip_at_cashier(answer: Message) -> None:
        del world.buying[answer.terminal]
        world.done += 1

    def at_cardholder(message: Message) -> None:
        pass

    quota = [sales // terminals + (terminal < sales % terminals) for terminal in range(terminals)]
    for terminal in range(terminals):
        if quota[terminal]:
            go(pace_us * (terminal + 1) // terminals, at_cashier, Message(terminal, 0, 1_000))
    while heap:
        now, _, node, message = pop(heap)
        node(message)
    return world.done
