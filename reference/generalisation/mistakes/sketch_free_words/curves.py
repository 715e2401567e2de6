from collections.abc import Mapping

SKETCH: Mapping[str, str] = {
    "train_width": "up",
    "test_width": "rising, then level",
    "train_rate": "peak",
    "test_rate": "peak",
}
