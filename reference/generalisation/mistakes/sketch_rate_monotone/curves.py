from collections.abc import Mapping

SKETCH: Mapping[str, str] = {
    "train_width": "rising_then_level",
    "test_width": "rising_then_level",
    "train_rate": "rising",
    "test_rate": "rising",
}
