"""One run, added up while it goes."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import gevent
import pytest

from loadtest.metrics.histogram import Histogram
from loadtest.report.info import RunInfo
from loadtest.swarm.account import Account
from loadtest.swarm.exporting.followed import Followed
from loadtest.swarm.exporting.standing import Inside
from loadtest.swarm.server_side.collector import Collector
from tests.exports.standing import LINE, values
from tests.report.test_info import INFO
from tests.swarm.test_account import PROFILE, report
