from collections.abc import Mapping

SKETCH: Mapping[str, str] = {
    "train_width": "rising",
    "test_width": "falling",
    "train_rate": "rising",
    "test_rate": "falling",
}
