"""What to install where an export's packages are missing."""

import pytest

from loadtest.errors import UsageError
from loadtest.exports.extra import needs


def test_packages_that_are_there_are_enough() -> None:
    needs("--otel", "otel", "prometheus_client", "opentelemetry.sdk.metrics")


@pytest.mark.parametrize("module", ["no_such_package", "no_such_package.inside", "json.no_such_module"])
def test_a_missing_package_is_told_with_what_to_install(module: str) -> None:
    with pytest.raises(UsageError) as raised:
        needs("--otel", "otel", "json", module)

    assert str(raised.value) == (
        "--otel: its packages are not installed: pip install 'loadtest[otel]' "
        "(in a checkout: pip install -e '.[otel]')"
    )
