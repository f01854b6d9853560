"""What a cell binds and reads, by its text alone. The author's texts are looked at, never a participant's."""

import ast
import builtins
import symtable
from dataclasses import dataclass, field

_MAGIC = ("%", "!", "?")


@dataclass(frozen=True, slots=True)
class CellNames:
    """Global names of one cell."""

    binds: frozenset[str] = frozenset()
    reads: frozenset[str] = frozenset()
    imports: str = ""
    """Its import statements, as a text of their own."""
    modules: frozenset[str] = field(default_factory=frozenset)
    """What they import, as dotted names."""
    seeds: bool = False
    """Whether it sets a random state."""


def names_of(source: str) -> CellNames:
    """The names; none at all for a text that is no Python."""
    lines = [
        "pass" if line.lstrip().startswith(_MAGIC) and not line[:1].isspace() else line for line in source.split("\n")
    ]
    try:
        text = "\n".join(lines)
        tree = ast.parse(text)
        reads = _reads(symtable.symtable(text, "cell", "exec"))
    except (SyntaxError, ValueError, RecursionError):
        return CellNames()
    binds: set[str] = set()
    modules: set[str] = set()
    imports = []
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=aliases):
                modules |= {alias.name for alias in aliases}
            case ast.ImportFrom(module=str(module), level=0):
                modules.add(module)
    for statement in tree.body:
        binds |= _bound(statement)
        if isinstance(statement, ast.Import | ast.ImportFrom):
            imports.append(ast.unparse(statement))
    whole = {".".join(name.split(".")[: length + 1]) for name in modules for length in range(name.count(".") + 1)}
    return CellNames(
        frozenset(binds),
        frozenset(reads),
        "\n".join(imports),
        frozenset(whole),
        "seed" in source or "RandomState" in source,
    )


def _reads(table: symtable.SymbolTable) -> set[str]:
    """Names that are looked up among the global ones, here or in a function."""
    found = {
        symbol.get_name()
        for symbol in table.get_symbols()
        if symbol.is_referenced() and (table.get_type() == "module" or symbol.is_global())
    }
    return found.union(*(_reads(child) for child in table.get_children()))


def _bound(node: ast.AST) -> set[str]:
    """Names that the statement binds at the level of the module."""
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return {name}
        case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
            return {alias.asname or alias.name.partition(".")[0] for alias in aliases}
        case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
            return {name}
        case ast.Lambda() | ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
            return set()
        case ast.ExceptHandler(name=str(name)):
            return {name}.union(*(_bound(child) for child in ast.iter_child_nodes(node)))
    return set().union(*(_bound(child) for child in ast.iter_child_nodes(node)))


BUILTINS = frozenset(dir(builtins))
