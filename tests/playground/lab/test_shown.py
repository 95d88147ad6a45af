"""What shows itself in a notebook: as a face where there are any, and as text in a terminal."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import pytest

from playground.notebook import kernel


class Shell:
    """IPython's shell: one that is begun counts as the instance of each kind of it."""

    @classmethod
    def initialized(cls) -> bool:
        return True


class TerminalShell(Shell):
    pass


@pytest.mark.parametrize(("shell", "terminal"), [(TerminalShell(), True), (Shell(), False)])
def test_only_a_terminals_own_shell_is_a_terminal(
    shell: Shell, terminal: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    # IPython in a browser's Python has this module too, and another shell.
    there = SimpleNamespace(TerminalInteractiveShell=TerminalShell)
    monkeypatch.setitem(sys.modules, "IPython.terminal.interactiveshell", there)
    monkeypatch.setattr(kernel, "shell", lambda: shell)
    assert kernel.is_terminal() is terminal
