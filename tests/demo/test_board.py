"""The demo board as a visitor's packets meet it, in a process of its own."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import websocket
from websocket import ABNF

from loadtest.demo.fault import Fault
from loadtest.demo.server import DemoServer

_DEADLINE_S = 20
