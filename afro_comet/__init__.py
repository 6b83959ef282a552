"""Make a multilingual encoder small, and measure what it costs.

The names below are the way in. Each is loaded when it is first used, so `import afro_comet` alone is quick. All else is in the
rooms: `from afro_comet.vocab import audit`. A room with the name of a function, such as `distill`, is reached by such an import only.
"""
import logging
import sys
from importlib import import_module
from types import ModuleType

__version__ = "0.1.0"

_ROOMS = {  # name: the room that it comes from
    "load": "data",
    "check": "check",
    "Corpus": "corpus",
    "train_tokenizer": "vocab",
    "trim": "trim",
    "Match": "objective",
    "Settings": "train",
    "pretrain": "train",
    "fewer_layers": "surgery",
    "narrower": "surgery",
    "Student": "student",
    "distill": "distill",
    "Tuning": "tasks",
    "finetune": "tasks",
    "measure": "measure",
    "compress": "recipe",
    "read_results": "results",
    "run_study": "study",
}
__all__ = sorted(_ROOMS)


class _Face(ModuleType):
    "This package: a name of `_ROOMS` is what the room defines, never the room itself."

    def __setattr__(self, name, value):
        if name in _ROOMS and isinstance(value, ModuleType):
            return  # Python's import stores each room here, under its name
        super().__setattr__(name, value)

    def __getattr__(self, name):
        if name not in _ROOMS:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(import_module(f"{__name__}.{_ROOMS[name]}"), name)
        setattr(self, name, value)
        return value

    def __dir__(self):
        return sorted({*super().__dir__(), *_ROOMS})


sys.modules[__name__].__class__ = _Face


def _of_torchao(record: logging.LogRecord) -> bool:
    "Whether a message is about a library of torchao that cannot be loaded, or about one of its classes."
    classes = [value.__module__ for value in record.args or () if isinstance(value, type)]
    return str(record.msg).startswith("Failed to load") or any(name.startswith("torchao") for name in classes)


# transformers imports torchao wherever it is installed, and that logs four warnings in every process
for _name in ("torchao", "torch.utils._pytree"):
    logging.getLogger(_name).addFilter(lambda record: not _of_torchao(record))
