"""The table of presets."""

import pytest

from loadtest.apps.preset import PRESETS


def test_these_presets_are_built() -> None:
    assert list(PRESETS) == [
        *(
            "auto",
            "generic",
            "nicegui",
            "flask-socketio",
            "python-socketio",
            "socketio-node",
            "chainlit",
            "reflex",
        )
    ]


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_makes_an_app_of_its_name(name: str) -> None:
    preset = PRESETS[name]
    table = preset.table.model_validate({"preset": name})

    assert (table.preset, preset.build(table).preset) == (name, name)
