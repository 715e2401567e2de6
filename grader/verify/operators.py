"""The mistakes that mutants are made of: what each could make of one piece of a solution.

Every operator is a function of a node and where it stands; it yields what to write instead. Needs
libcst, from the extra `grader[author]`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import libcst as cst

# One nonlinearity or reduction taken for another.
OTHER_CALL = {
    "sigmoid": "tanh",
    "tanh": "sigmoid",
    "mean": "sum",
    "sum": "mean",
    "max": "min",
    "min": "max",
    "any": "all",
    "all": "any",
    "floor": "ceil",
    "zeros_like": "ones_like",
    "ones_like": "zeros_like",
    "normal_": "uniform_",
}
# Left out, all of them keep shape and type, or nearly.
DROPPED_CALL = ("sqrt", "square", "abs", "exp", "log", "relu", "sigmoid", "tanh", "softmax")
MORE_DROPPED = ("reversed", "sorted", "flip", "item", "clone", "contiguous", "transpose", "t")
TRANSPOSED = ("T", "mT")
OTHER_OPERATOR: Mapping[type[cst.BaseBinaryOp], str] = {
    cst.Add: "-",
    cst.Subtract: "+",
    cst.Multiply: "/",
    cst.Divide: "*",
    cst.FloorDivide: "*",
    cst.Modulo: "//",
    cst.Power: "*",
}
OTHER_COMPARISON: Mapping[type[cst.BaseCompOp], tuple[str, ...]] = {
    cst.LessThan: ("<=", ">="),
    cst.LessThanEqual: ("<", ">"),
    cst.GreaterThan: (">=", "<="),
    cst.GreaterThanEqual: (">", "<"),
    cst.Equal: ("!=",),
    cst.NotEqual: ("==",),
    cst.In: ("not in",),
    cst.NotIn: ("in",),
    cst.Is: ("is not",),
    cst.IsNot: ("is",),
}
OTHER_TYPE = {"float32": "float64", "float64": "float32", "int64": "int32"}
OTHER_TEXT = "something else"
DETACHED = '(lambda it: it.detach() if hasattr(it, "detach") else it)({})'


@dataclass(frozen=True)
class Parameters:
    """Those of the function that a piece stands in: each name's annotation, and who follows it."""

    annotations: Mapping[str, str] = field(default_factory=dict)

    def neighbour(self, name: str) -> str | None:
        """Return the next parameter of the same annotation, the one before for the last."""
        if name not in self.annotations:
            return None
        alike = [other for other, kind in self.annotations.items() if kind == self._kind(name)]
        place = alike.index(name)
        if len(alike) < 2 or not self._kind(name):
            return None
        return alike[place + 1] if place + 1 < len(alike) else alike[place - 1]

    def is_tensor(self, name: str) -> bool:
        """Return whether the name is a parameter that holds a tensor."""
        return self._kind(name).split(".")[-1] == "Tensor"

    def _kind(self, name: str) -> str:
        return self.annotations.get(name, "")


@dataclass(frozen=True)
class Place:
    """Where a piece stands: its function's parameters, the keys read there, what is around it.

    is_condition: it decides between branches. is_rebound: it is a name that is written to, or the
    name of an argument.
    """

    parameters: Parameters
    returns: str
    keys: Sequence[str]
    parent: cst.CSTNode | None
    is_condition: bool
    is_in_loop: bool
    is_rebound: bool


Instead = Iterator[str]
_module = cst.Module([])


def code(node: cst.CSTNode) -> str:
    """Return the node as it is written."""
    return _module.code_for_node(node)


def plus_minus(node: cst.CSTNode, place: Place) -> Instead:
    """Another operator of arithmetic."""
    if isinstance(node, cst.BinaryOperation) and type(node.operator) in OTHER_OPERATOR:
        other = OTHER_OPERATOR[type(node.operator)]
        yield f"{code(node.left)} {other} {code(node.right)}"
    if isinstance(node, cst.AugAssign) and isinstance(node.operator, cst.AddAssign):
        yield f"{code(node.target)} -= {code(node.value)}"
    if isinstance(node, cst.UnaryOperation) and isinstance(node.operator, (cst.Minus, cst.Not)):
        yield code(node.expression)


def dropped_term(node: cst.CSTNode, place: Place) -> Instead:
    """A summand, a factor, a condition or an accumulation left out."""
    kept: tuple[cst.BaseExpression, ...] = ()
    if isinstance(node, cst.BooleanOperation):
        kept = (node.left, node.right)
    if isinstance(node, cst.BinaryOperation):
        if isinstance(node.operator, (cst.Add, cst.Multiply)):
            kept = (node.left, node.right)
        elif isinstance(
            node.operator, (cst.Subtract, cst.Divide, cst.FloorDivide, cst.Power, cst.Modulo)
        ):
            kept = (node.left,)
    yield from (code(one) for one in kept)
    if isinstance(node, cst.AugAssign):
        yield f"{code(node.target)} = {code(node.value)}"
        yield "pass"
    if isinstance(node, (cst.List, cst.Tuple)) and _is_read(node) and len(node.elements) > 1:
        yield _with_elements(node, node.elements[:-1])
        yield _with_elements(node, node.elements[1:])


def swapped_arguments(node: cst.CSTNode, place: Place) -> Instead:
    """Two arguments of a call that change places, or one parameter read for another like it."""
    if isinstance(node, cst.Call):
        for i, (one, other) in enumerate(pairwise(node.args)):
            if not (one.star or other.star or one.keyword or other.keyword):
                args = [*node.args[:i], _as(other, one), _as(one, other), *node.args[i + 2 :]]
                yield code(node.with_changes(args=args))
    if isinstance(node, cst.Name) and not place.is_rebound:
        neighbour = place.parameters.neighbour(node.value)
        if neighbour is not None:
            yield neighbour


def swapped_order(node: cst.CSTNode, place: Place) -> Instead:
    """Neighbours that change places: gates unpacked or joined, operands, entries, branches."""
    if isinstance(node, (cst.List, cst.Tuple)):
        elements = node.elements
        for i, (one, other) in enumerate(pairwise(elements)):
            swapped = one.with_changes(value=other.value), other.with_changes(value=one.value)
            yield _with_elements(node, [*elements[:i], *swapped, *elements[i + 2 :]])
    if isinstance(node, cst.Dict):
        for i, (entry, next_entry) in enumerate(pairwise(node.elements)):
            if isinstance(entry, cst.DictElement) and isinstance(next_entry, cst.DictElement):
                pair = (
                    entry.with_changes(value=next_entry.value),
                    next_entry.with_changes(value=entry.value),
                )
                kept = [*node.elements[:i], *pair, *node.elements[i + 2 :]]
                yield code(node.with_changes(elements=kept))
    if isinstance(node, cst.BinaryOperation) and isinstance(
        node.operator, (cst.Subtract, cst.Divide, cst.MatrixMultiply, cst.Power)
    ):
        yield code(node.with_changes(left=node.right, right=node.left))
    if isinstance(node, cst.IfExp):
        yield code(node.with_changes(body=node.orelse, orelse=node.body))


def off_by_one(node: cst.CSTNode, place: Place) -> Instead:
    """A whole number one higher or lower, a range one step shorter, a slice one shorter."""
    if isinstance(node, cst.Integer) and not isinstance(place.parent, cst.FormattedString):
        value = int(node.value.replace("_", ""), 0)
        yield str(value + 1)
        if value > 0:
            yield str(value - 1)
    if isinstance(node, cst.Call) and _name(node.func) == "range":
        start = "1, " if len(node.args) == 1 else ""
        inside = ", ".join(code(one.value) for one in node.args)
        yield f"range({start}{inside})" if start else f"range({inside})[1:]"
        yield f"range({inside})[:-1]"
    if isinstance(node, cst.Slice) and node.step is None:
        lower, upper = _code_or_nothing(node.lower), _code_or_nothing(node.upper)
        if node.upper is not None and not isinstance(node.upper, (cst.Integer, cst.UnaryOperation)):
            yield f"{lower}:{upper} - 1"
        if node.lower is not None and not isinstance(node.lower, (cst.Integer, cst.UnaryOperation)):
            yield f"{lower} + 1:{upper}"


def other_constant(node: cst.CSTNode, place: Place) -> Instead:
    """A number doubled, a truth denied, a name misspelt, another key read."""
    if isinstance(node, cst.Float):
        yield repr(2 * float(node.value) or 1.0)
    if isinstance(node, cst.Name) and node.value in ("True", "False"):
        yield "False" if node.value == "True" else "True"
    if isinstance(node, cst.SimpleString):
        is_key = isinstance(place.parent, cst.Index)
        text = str(node.evaluated_value)
        if is_key and text in place.keys and len(place.keys) > 1:
            yield repr(place.keys[(place.keys.index(text) + 1) % len(place.keys)])
        elif not is_key:
            yield repr(OTHER_TEXT)


def missing_root(node: cst.CSTNode, place: Place) -> Instead:
    """A root, a square or another function of one value left out, or taken for another."""
    if not isinstance(node, cst.Call):
        return
    name = _name(node.func)
    if name in OTHER_CALL:
        other = OTHER_CALL[name]
        func = node.func
        renamed = (
            func.with_changes(attr=cst.Name(other))
            if isinstance(func, cst.Attribute)
            else cst.Name(other)
        )
        if not (isinstance(func, cst.Name) and name in ("sum", "mean")):  # no builtin is `mean`
            yield code(node.with_changes(func=renamed))
    if name in DROPPED_CALL + MORE_DROPPED:
        if node.args and not _is_method(node.func):
            yield f"({code(node.args[0].value)})"
        elif isinstance(node.func, cst.Attribute) and _is_method(node.func):
            yield code(node.func.value)


def transposed(node: cst.CSTNode, place: Place) -> Instead:
    """A transpose too few or too many."""
    if isinstance(node, cst.Attribute) and node.attr.value in TRANSPOSED:
        yield code(node.value)
    if isinstance(node, cst.BinaryOperation) and isinstance(node.operator, cst.MatrixMultiply):
        for side in ("left", "right"):
            operand = getattr(node, side)
            if not (isinstance(operand, cst.Attribute) and operand.attr.value in TRANSPOSED):
                turned = cst.parse_expression(f"({code(operand)}).T")
                yield code(node.with_changes(**{side: turned}))


def detached(node: cst.CSTNode, place: Place) -> Instead:
    """A state carried on, or what is derived, cut off from its gradient."""
    if isinstance(node, cst.Assign) and place.is_in_loop and len(node.targets) == 1:
        value = node.value
        if isinstance(value, (cst.Name, cst.Subscript, cst.Call, cst.BinaryOperation)):
            yield f"{code(node.targets[0].target)} = {DETACHED.format(code(value))}"
    if isinstance(node, cst.Lambda):
        detach = DETACHED.format(code(node.body))
        yield code(node.with_changes(body=cst.parse_expression(detach)))


IN_PLACE = {"Add": "add_", "Subtract": "sub_", "Multiply": "mul_", "Divide": "div_"}


def in_place(node: cst.CSTNode, place: Place) -> Instead:
    """An argument overwritten where a new value was meant."""
    if isinstance(node, cst.Assign) and len(node.targets) == 1:
        target, value = node.targets[0].target, node.value
        if isinstance(value, cst.BinaryOperation) and value.left.deep_equals(target):
            sign = code(value.operator).strip()
            yield f"{code(target)} {sign}= {code(value.right)}"
    if isinstance(node, cst.BinaryOperation) and isinstance(node.left, cst.Name):
        method = IN_PLACE.get(type(node.operator).__name__)
        if method and place.parameters.is_tensor(node.left.value):
            yield f"{node.left.value}.{method}({code(node.right)})"


def cast(node: cst.CSTNode, place: Place) -> Instead:
    """Another dtype, or an answer of another type."""
    if isinstance(node, cst.Attribute) and node.attr.value in OTHER_TYPE:
        yield code(node.with_changes(attr=cst.Name(OTHER_TYPE[node.attr.value])))
    if isinstance(node, cst.Return) and node.value is not None:
        if place.returns.split(".")[-1] == "Tensor":
            yield f"return ({code(node.value)}).float()"
            yield f"return ({code(node.value)}).double()"
        if place.returns in ("float", "int"):
            yield f"return {'int' if place.returns == 'float' else 'float'}({code(node.value)})"


def boundary(node: cst.CSTNode, place: Place) -> Instead:
    """A comparison with or without equality, or the other way round; a condition denied."""
    if isinstance(node, cst.Comparison):
        for i, one in enumerate(node.comparisons):
            for other in OTHER_COMPARISON.get(type(one.operator), ()):
                parts = [
                    f"{other if i == j else code(part.operator).strip()} {code(part.comparator)}"
                    for j, part in enumerate(node.comparisons)
                ]
                yield " ".join([code(node.left), *parts])


def removed_guard(node: cst.CSTNode, place: Place) -> Instead:
    """A condition that never holds, a check that is not called."""
    if place.is_condition:
        yield "False"
        if not isinstance(place.parent, cst.While):
            yield "True"
    if isinstance(node, cst.Expr) and isinstance(node.value, cst.Call):
        yield "pass"


OPERATORS: dict[str, Callable[[cst.CSTNode, Place], Instead]] = {
    "another operator": plus_minus,
    "dropped term": dropped_term,
    "swapped arguments": swapped_arguments,
    "swapped order": swapped_order,
    "off by one": off_by_one,
    "another constant": other_constant,
    "missing function": missing_root,
    "transpose": transposed,
    "detached": detached,
    "in place": in_place,
    "cast": cast,
    "boundary": boundary,
    "removed guard": removed_guard,
}


def _as(one: cst.Arg, place: cst.Arg) -> cst.Arg:
    return place.with_changes(value=one.value)


def _with_elements(node: cst.List | cst.Tuple, elements: Sequence[cst.BaseElement]) -> str:
    changed = node.with_changes(elements=elements)
    text = code(changed)
    if len(elements) == 1 and isinstance(node, cst.Tuple) and "," not in text:
        return f"{text[:-1]},)" if text.endswith(")") else f"{text},"
    return text


def _is_read(node: cst.List | cst.Tuple) -> bool:
    return not any(isinstance(one, cst.StarredElement) for one in node.elements)


def _code_or_nothing(node: cst.CSTNode | None) -> str:
    return code(node) if node is not None else ""


def _name(func: cst.CSTNode) -> str:
    """Return the last name of what is called: sqrt of math.sqrt, of x.sqrt, of sqrt."""
    if isinstance(func, cst.Attribute):
        return func.attr.value
    return func.value if isinstance(func, cst.Name) else ""


def _is_method(func: cst.CSTNode) -> bool:
    """Return whether the function is called on a value, not found in a module."""
    modules = ("math", "torch", "np", "numpy", "F", "functional")
    return isinstance(func, cst.Attribute) and not (
        isinstance(func.value, cst.Name) and func.value.value in modules
    )
