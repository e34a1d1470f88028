"""Ctrl-C while something goes on: it leaves in good order, as if it had been asked to."""

import asyncio
import signal
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

Done = TypeVar("Done")


def finished(work: Coroutine[Any, Any, Done]) -> Done:
    """What comes of it, as with ``asyncio.run``; ``KeyboardInterrupt`` where it was interrupted and has left.

    An exception out of a signal's handler may fall between two steps of the loop. Then a step is lost, and whoever
    waits for it does so for ever. So an interrupt cancels the work instead.
    """
    interrupted: list[int] = []
    before = signal.getsignal(signal.SIGINT)

    async def watched() -> Done:
        task = asyncio.current_task()
        assert task is not None

        def stop() -> None:
            interrupted.append(signal.SIGINT)
            task.cancel()

        if threading.current_thread() is threading.main_thread():
            asyncio.get_running_loop().add_signal_handler(signal.SIGINT, stop)
        return await work

    try:
        return asyncio.run(watched())
    except asyncio.CancelledError:
        if interrupted:
            raise KeyboardInterrupt from None
        raise
    finally:
        if before is not None and threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGINT, before)
