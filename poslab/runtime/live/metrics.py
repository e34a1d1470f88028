"""What a service shows of itself: whether it is ready, and its figures in the text form that Prometheus reads."""

from collections.abc import Iterator, Sequence

from msgspec import Struct

from poslab.party.time import SECOND
from poslab.runtime.journals.counted import Counted
from poslab.runtime.live.health import Page, Pages
from poslab.runtime.live.service import Service

PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8"

_HELP = {
    "poslab_ready": ("gauge", "1 if the service has recovered, is on the bus and at work."),
    "poslab_inputs_total": ("counter", "Inputs that this process has put into the journal."),
    "poslab_inputs_waiting": ("gauge", "Inputs that are still to be told."),
    "poslab_lines_total": ("counter", "Lines of the history, of each party since its world began."),
    "poslab_messages_sent_total": ("counter", "Messages that left for other services."),
    "poslab_messages_received_total": ("counter", "Messages that came from other services."),
    "poslab_messages_refused_total": ("counter", "Payloads that could not be understood, or were nobody's to send."),
    "poslab_lag_seconds": ("gauge", "How late things were told, in real time, rounded up to a power of two."),
    "poslab_journal_commits_total": ("counter", "Commits to the journal."),
    "poslab_snapshot_age_seconds": ("gauge", "Since the last snapshot, or since this process began."),
    "poslab_bus_breaks_total": ("counter", "How often the connection to the bus was lost or could not be made."),
    "poslab_bus_refused_total": ("counter", "Payloads that the bus did not carry for want of rights."),
    "poslab_faults_in_force": ("gauge", "Injected faults that are in force here."),
    "poslab_world_seconds": ("gauge", "The world's time."),
}


class Watched(Struct, frozen=True):
    """A service with the account of its journal."""

    service: Service
    journal: Counted


def pages(watched: Sequence[Watched]) -> Pages:
    """The pages of a process that hosts these services."""
    return {
        "/healthz": lambda: _health(watched),
        "/readyz": lambda: _readiness(watched),
        "/metrics": lambda: Page(200, metrics(watched), PROMETHEUS),
    }


def not_ready(service: Service) -> str:
    """Why a service is not ready; empty if it is: recovered, on the bus, and at work."""
    if service.failed:
        return "it failed"
    if not service.begun:
        return "it recovers, or waits for journal or bus"
    return "" if service.bus.connection.up else "the bus is away"


def metrics(watched: Sequence[Watched]) -> str:
    """All figures of all services."""
    values: dict[str, list[str]] = {name: [] for name in _HELP}
    for each in watched:
        named = f'service="{each.service.name}",world="{each.service.world}"'
        for name, labels, value in _figures(each):
            values[name].append(f"{name}{{{named}{labels}}} {value}")
    lines: list[str] = []
    for name, (kind, told) in _HELP.items():
        if values[name]:
            lines += [f"# HELP {name} {told}", f"# TYPE {name} {kind}", *values[name]]
    return "\n".join(lines) + "\n"


def _figures(watched: Watched) -> Iterator[tuple[str, str, str]]:
    """Name, further labels, value."""
    service, journal = watched.service, watched.journal
    yield "poslab_ready", "", str(int(not not_ready(service)))
    yield "poslab_inputs_total", "", str(journal.inputs)
    yield "poslab_journal_commits_total", "", str(journal.commits)
    yield "poslab_snapshot_age_seconds", "", str(journal.snapshot_age_s)
    yield "poslab_bus_breaks_total", "", str(service.breaks)
    yield "poslab_bus_refused_total", "", str(service.bus.connection.refused)
    if not service.begun:
        return  # the rest is known when it has recovered
    status = service.status(0, full=True)
    yield "poslab_messages_sent_total", "", str(status.sent)
    yield "poslab_messages_received_total", "", str(status.received)
    yield "poslab_messages_refused_total", "", str(status.refused)
    yield "poslab_world_seconds", "", _seconds(status.now)
    for percent, quantile in ((50, "0.5"), (99, "0.99")):
        yield "poslab_lag_seconds", f',quantile="{quantile}"', _seconds(service.lags.within_us(percent))
    for party, count in status.lines.items():
        yield "poslab_lines_total", f',party="{party}"', str(count)
    if status.full is not None:
        yield "poslab_inputs_waiting", "", str(status.full.waiting)
        yield "poslab_faults_in_force", "", str(len(status.full.faults))


def _seconds(us: int) -> str:
    return f"{us // SECOND}.{us % SECOND:06}"


def _health(watched: Sequence[Watched]) -> Page:
    failed = [each.service.name for each in watched if each.service.failed]
    return Page(503, f"failed: {', '.join(failed)}\n") if failed else Page(200, "alive\n")


def _readiness(watched: Sequence[Watched]) -> Page:
    told = [f"{each.service.name}: {why}" for each in watched if (why := not_ready(each.service))]
    return Page(503, "\n".join(["not ready", *told, ""])) if told else Page(200, "ready\n")
