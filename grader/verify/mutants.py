"""Mutants: copies of a solution with one small mistake each, of those that people make.

Pure: source in, sources out; nothing is run. Needs libcst, from the extra `grader[author]`.
"""

import ast
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

import libcst as cst
from libcst.metadata import (
    ByteSpanPositionProvider,
    MetadataWrapper,
    ParentNodeProvider,
    PositionProvider,
)

from grader.verify.operators import OPERATORS, Parameters, Place

# Nothing that runs when a question is answered, or nothing that an answer shows.
_SKIPPED = (
    *(cst.Import, cst.ImportFrom, cst.Annotation, cst.Decorator, cst.ClassDef),
    *(cst.Raise, cst.Assert, cst.FormattedString),
)
# Where an expression may stand without parentheses whatever it is.
_ROOMY = (
    *(cst.Arg, cst.Return, cst.Assign, cst.AnnAssign, cst.AugAssign, cst.Expr, cst.Index),
    *(cst.Element, cst.DictElement, cst.If, cst.While, cst.For, cst.Slice, cst.Param),
)
_ATOMS = (
    *(cst.Name, cst.Attribute, cst.Call, cst.Subscript, cst.List, cst.Dict, cst.Integer),
    *(cst.Float, cst.SimpleString),
)


@dataclass(frozen=True)
class Mutant:
    """One copy with one mistake.

    function: in which it was made, empty outside of all. first_line, last_line: of the statement.
    before, after: the line that differs first, without its indentation. writes_arguments: its
    mistake is to overwrite what the caller gave, which no answer shows.
    """

    operator: str
    function: str
    first_line: int
    last_line: int
    before: str
    after: str
    source: str
    writes_arguments: bool

    @property
    def sha256(self) -> str:
        """The hash of its source."""
        return hashlib.sha256(self.source.encode()).hexdigest()

    @property
    def name(self) -> str:
        """What tells it from the others of its solution."""
        return f"line {self.first_line}, {self.operator}: {self.before}  ->  {self.after}"


def mutants_of(source: str) -> list[Mutant]:
    """Return every mutant, in the order of the lines; no two of one source, none that is no Python.

    Raises SyntaxError if the source is none itself.
    """
    wrapper = MetadataWrapper(cst.parse_module(source), unsafe_skip_copy=True)
    collector = _Collector(source)
    wrapper.visit(collector)
    different = {mutant.source: mutant for mutant in reversed(collector.found)}
    normal = ast.dump(ast.parse(source))
    mutants = [one for one in different.values() if _is_other_python(one.source, normal)]
    return sorted(mutants, key=lambda one: (one.first_line, one.operator, one.after))


def _is_other_python(source: str, normal: str) -> bool:
    try:
        return ast.dump(ast.parse(source)) != normal
    except SyntaxError:
        return False


class _Collector(cst.CSTVisitor):
    """Visits a solution once and writes down what every operator makes of every piece."""

    METADATA_DEPENDENCIES = (ByteSpanPositionProvider, PositionProvider, ParentNodeProvider)

    def __init__(self, source: str) -> None:
        super().__init__()
        self.found: list[Mutant] = []
        self._source = source.encode()
        self._functions: list[cst.FunctionDef] = []
        self._statements: list[cst.CSTNode] = []
        self._loops = 0

    def on_visit(self, node: cst.CSTNode) -> bool:
        if isinstance(node, _SKIPPED) or self._is_docstring(node) or self._is_alias(node):
            return False
        if isinstance(node, cst.FunctionDef):
            self._functions.append(node)
        if isinstance(node, (cst.For, cst.While)):
            self._loops += 1
        if isinstance(node, (cst.SimpleStatementLine, cst.BaseCompoundStatement)):
            self._statements.append(node)
        place = self._place(node)
        bare = _without_parentheses(node)  # which stand outside of its span, and stay
        for operator, change in OPERATORS.items():
            for text in change(bare, place):
                fitting = self._fitting(text, node, place) if bare is node else text
                self.found.append(self._mutant(operator, node, fitting))
        return True

    def on_leave(self, original_node: cst.CSTNode) -> None:
        if isinstance(original_node, _SKIPPED):
            return
        if self._functions and original_node is self._functions[-1]:
            self._functions.pop()
        if isinstance(original_node, (cst.For, cst.While)):
            self._loops -= 1
        if self._statements and original_node is self._statements[-1]:
            self._statements.pop()

    def _place(self, node: cst.CSTNode) -> Place:
        parent = self.get_metadata(ParentNodeProvider, node, None)
        function = self._functions[-1] if self._functions else None
        return Place(
            parameters=Parameters(_annotations(function) if function else {}),
            returns=_annotation(function.returns) if function else "",
            keys=_keys(function) if function and isinstance(node, cst.SimpleString) else (),
            parent=parent,
            is_condition=isinstance(parent, (cst.If, cst.While, cst.IfExp)) and parent.test is node,
            is_in_loop=self._loops > 0,
            is_rebound=isinstance(parent, (cst.AssignTarget, cst.Param, cst.FunctionDef))
            or (isinstance(parent, cst.Arg) and parent.keyword is node)
            or (isinstance(parent, cst.Attribute) and parent.attr is node)
            or (isinstance(parent, (cst.For, cst.CompFor)) and parent.target is node),
        )

    def _fitting(self, text: str, node: cst.CSTNode, place: Place) -> str:
        """Return the text, in parentheses where what is around it could pull it apart."""
        if not isinstance(node, cst.BaseExpression) or isinstance(place.parent, _ROOMY):
            return text
        try:
            is_atom = isinstance(cst.parse_expression(text), _ATOMS) or text.startswith("(")
        except cst.ParserSyntaxError:
            return text
        return text if is_atom or isinstance(node, cst.Tuple) else f"({text})"

    def _mutant(self, operator: str, node: cst.CSTNode, text: str) -> Mutant:
        span = self.get_metadata(ByteSpanPositionProvider, node)
        end = span.start + span.length
        source = (self._source[: span.start] + text.encode() + self._source[end:]).decode()
        statement = self.get_metadata(PositionProvider, self._statements[-1])
        own = self.get_metadata(PositionProvider, node)
        is_simple = isinstance(self._statements[-1], cst.SimpleStatementLine)
        before, after = _first_difference(self._source.decode(), source)
        return Mutant(
            operator=operator,
            function=self._functions[-1].name.value if self._functions else "",
            first_line=statement.start.line if is_simple else own.start.line,
            last_line=statement.end.line if is_simple else own.end.line,
            before=before,
            after=after,
            source=source,
            writes_arguments=operator == "in place"
            and not isinstance(node, cst.Assign)
            and not self._functions[-1].name.value.startswith("_"),
        )

    def _is_docstring(self, node: cst.CSTNode) -> bool:
        return isinstance(node, cst.Expr) and isinstance(
            node.value, (cst.SimpleString, cst.ConcatenatedString)
        )

    def _is_alias(self, node: cst.CSTNode) -> bool:
        """Return whether it is a name for a type, outside of all functions."""
        return (
            isinstance(node, cst.Assign)
            and not self._functions
            and isinstance(node.value, cst.Subscript)
        )


def _without_parentheses(node: cst.CSTNode) -> cst.CSTNode:
    """Return the expression itself, or the same node if it has none."""
    if isinstance(node, cst.BaseExpression) and node.lpar:
        return node.with_changes(lpar=(), rpar=())
    return node


def _annotations(function: cst.FunctionDef) -> dict[str, str]:
    parameters = (*function.params.params, *function.params.kwonly_params)
    return {one.name.value: _annotation(one.annotation) for one in parameters}


def _annotation(node: cst.Annotation | None) -> str:
    return cst.Module([]).code_for_node(node.annotation) if node is not None else ""


def _keys(function: cst.FunctionDef) -> list[str]:
    """Return the constant keys that a function reads or writes, in the order of the lines."""
    return list(dict.fromkeys(_read_keys(function)))


def _read_keys(node: cst.CSTNode) -> Iterator[str]:
    if isinstance(node, cst.Index) and isinstance(node.value, cst.SimpleString):
        yield str(node.value.evaluated_value)
    for child in node.children:
        yield from _read_keys(child)


def _first_difference(one: str, other: str) -> tuple[str, str]:
    """Return the first line that is not the same, of both, without indentation."""
    for before, after in zip(one.splitlines(), other.splitlines(), strict=False):
        if before != after:
            return before.strip(), after.strip()
    return "", ""
