"""`ExternalFunctionBridge`: externals in Flyte's three groups, and running code against them.

Kept under the name and groups that Flyte's users know; the driving is `drive.Drive`.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

from .awaited import awaited_calls
from .boundary import HandleTable
from .drive import Drive
from .endpoint import Endpoint
from .places import unmoved


class ExternalFunctionBridge:
    """The externals of a task: tasks, traced functions, durable operations; any callable counts."""

    def __init__(
        self, task_refs: Mapping[str, Any], trace_refs: Mapping[str, Any], durable_refs: Mapping[str, Any]
    ) -> None:
        self.task_refs = dict(task_refs)
        self.trace_refs = dict(trace_refs)
        self.durable_refs = dict(durable_refs)
        self._all_refs: dict[str, Any] = {**self.task_refs, **self.trace_refs, **self.durable_refs}

    def endpoints(self, *, type_check: bool = True) -> dict[str, Endpoint]:
        """The externals by name, ready to be called. Raises `TypeError` for one that cannot be."""
        return {name: Endpoint(name, ref, type_check=type_check) for name, ref in self._all_refs.items()}

    def run_code(self, session: Any, code: str, inputs: Mapping[str, Any]) -> Any:
        """Runs `code` on a checked-out sync Monty session, every external call answered; returns its output.

        Monty's own errors pass through (`MontyRuntimeError`), an external's exception is raised inside the
        code.
        """
        table = HandleTable()
        drive = Drive(
            self.endpoints(),
            table,
            places=unmoved(code, "<code>"),
            awaited=awaited_calls(ast.parse(code), code),
        )
        values = {name: table.wrap(value) for name, value in inputs.items()}
        return table.unwrap(drive.to_end(session.feed_start(code, inputs=values)))

    async def execute_monty(self, session: Any, code: str, inputs: Mapping[str, Any]) -> Any:
        """`run_code` beside an event loop, under Flyte's name; async externals run on that loop."""
        import asyncio

        from .host_threads import threads

        return await asyncio.wrap_future(threads.submit(lambda: self.run_code(session, code, inputs)))
