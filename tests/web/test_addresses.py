"""What counts as one address."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.web.addresses import neighbourhood


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("203.0.113.5", "203.0.113.5"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::ffff:203.0.113.5", "203.0.113.5"),
        ("", ""),
        ("unix:", "unix:"),
    ],
)
def test_an_address(address: str, counted: str) -> None:
    assert neighbourhood(address) == counted


@given(st.one_of(st.text(max_size=60), st.ip_addresses().map(str)))
def test_anything_counts_as_something(address: str) -> None:
    assert isinstance(neighbourhood(address), str)
