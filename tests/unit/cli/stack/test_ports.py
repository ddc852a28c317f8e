"""Ports."""

import socket

import pytest

from critic_cli.errors import CommandError
from critic_cli.stack.ports import free_ports, port_problem, require_free


def test_free_ports_are_free_and_differ() -> None:
    ports = free_ports(5)
    assert len(set(ports)) == 5
    assert [port_problem("127.0.0.1", port) for port in ports] == [None] * 5


def test_a_port_in_use_is_an_error_that_names_the_next_one() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(
            CommandError, match=rf"Port {port} on 127.0.0.1 is taken.* photo-critic up --port {port + 1}"
        ):
            require_free("127.0.0.1", port)


def test_an_address_of_another_machine_is_an_error() -> None:
    problem = port_problem("203.0.113.1", 8000)  # TEST-NET-3: nobody's address (RFC 5737)
    assert problem is not None
    assert problem.startswith("Cannot listen on 203.0.113.1")
