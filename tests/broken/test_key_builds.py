"""Builds that do not look at MACs, each caught by a check that is named here."""

from collections.abc import Sequence
from typing import Any

import msgspec
from bent import Build, caught, story

from acquirer.host.host import Host
from poslab.faults.corruption import Corruption
from poslab.faults.facts import Fact
from poslab.faults.injection import Injection, Match
from poslab.messages.card import FinancialRequest, FinancialResponse, ReversalRequest, ReversalResponse
from poslab.messages.facts import KeyReplaced
from poslab.party.contract import Effect, Input, Party
from poslab.party.time import Instant
from poslab.world.world import World
from terminal.machine import Terminal

DAMAGED_MAC = Injection("damaged", Fact(KeyReplaced("", "90000001", "mac")), party="T1", on_word="business-date")


class Believes(Terminal):
    """Takes every answer for whole."""

    def handle(self, given: Input, at: Instant) -> Sequence[Effect] | None:
        if type(given) in (FinancialResponse, ReversalResponse):
            self.device.flash.key_version = self.device.flash.key_version or 1
            given = msgspec.structs.replace(given, mac=self.device.flash.key_version)  # type: ignore[type-var]
        return super().handle(given, at)


class Trusts(Host):
    """Takes every request for whole."""

    def handle(self, given: Input, at: Instant) -> list[Effect] | None:
        if type(given) in (FinancialRequest, ReversalRequest):
            told: Any = given
            given = msgspec.structs.replace(told, mac=self.versions()[told.key.partition("-")[0]])
        return super().handle(given, at)


def not_its_own(party: Party, given: Input, at: Instant) -> bool:
    """Changes nothing; counts what provokes a build that is bent inside."""
    keyed = type(given) in (FinancialRequest, FinancialResponse, ReversalRequest, ReversalResponse)
    told: Any = given
    holder: Any = party
    return keyed and bool(told.mac != holder.versions()[told.key.partition("-")[0]])


def believing(world: World) -> Party:
    return Believes(world.terminal("T1"))


def test_a_terminal_that_believes_a_damaged_approval() -> None:
    build = Build("T1", believing, before=not_its_own)
    caught(build, story(name="term-keys-out-of-step/answer"), "macs-verified")


def test_a_terminal_that_believes_what_its_damaged_key_cannot_verify() -> None:
    caught(Build("T1", believing, before=not_its_own), story(DAMAGED_MAC), "macs-verified")


def test_a_host_that_does_not_verify_a_request() -> None:
    build = Build("host", Trusts, before=not_its_own)
    caught(build, story(name="term-keys-out-of-step/request"), "macs-verified")


def test_a_host_that_takes_a_damaged_reversal() -> None:
    damage = Injection("damage", Corruption(), links=(("T1", "host"),), match=Match("0400"), nth=1)
    scenario = story(name="net-response-lost")
    damaged = msgspec.structs.replace(scenario, injections=(*scenario.injections, damage))
    caught(Build("host", Trusts, before=not_its_own), damaged, "macs-verified")
