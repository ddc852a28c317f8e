"""Who asks without a pause while something happens to the stack."""

import threading

from tests.compose.stack import Stack

from critic_core.contracts.critique import Critique
from critic_core.imaging.golden import golden_photo


class Client(threading.Thread):
    """Somebody who has the golden photo scored, one time after the other."""

    def __init__(self, stack: Stack) -> None:
        super().__init__(daemon=True)
        self._stack, self._leave = stack, threading.Event()
        self.critiques: list[Critique] = []
        self.failures: list[str] = []

    def run(self) -> None:
        while not self._leave.is_set():
            try:
                photo = self._stack.score(golden_photo())
                assert photo.critique is not None, photo.problem
                self.critiques.append(photo.critique)
            except Exception as error:  # noqa: BLE001 - whatever it is, the test tells
                self.failures.append(repr(error))

    def stop(self) -> None:
        self._leave.set()
        self.join(60)
