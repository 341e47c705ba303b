"""The faults of the demo board."""

from enum import StrEnum

__all__ = ["Fault"]


class Fault(StrEnum):
    """What is wrong with the board's disconnect handler."""

    NONE = "none"
    """Nothing."""
    HANDSHAKE_LOOKUP = "handshake-lookup"
    """It looks up a seat that only the handshake fills, as NiceGUI 2.11.0 did: a KeyError for everybody who
    leaves between CONNECT and handshake (P15, P16, P16b)."""
    EARLY_LEAVE = "early-leave"
    """It takes everybody who has the notes for announced, but that happens a little later: a KeyError for
    those who leave at once after the handshake's acknowledgement (P18)."""
