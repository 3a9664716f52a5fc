"""The official CycloneDX schemas and our own, as validators and as writers of documents that use every part.

Exits with 77 where cyclonedx-python-lib[validation] is not installed (scripts/peers installs it).
"""
import functools
import json
import pathlib
import random
import re
import sys

from cyclonedx_edits import PATTERN_SAMPLES, SAMPLES

try:
    from cyclonedx.schema import SchemaVersion, _res
    from jsonschema import Draft7Validator, FormatChecker
    from referencing import Registry
    from referencing.jsonschema import DRAFT7
except ImportError as missing:
    print(f"skipped: {missing.name} is not installed (see scripts/peers)")
    sys.exit(77)

ROOT = pathlib.Path(__file__).resolve().parent.parent
SCHEMAS = ROOT / "schemas" / "aibom"
BASE = "http://cyclonedx.org/schema/"
# JSF's algorithm is oneOf(name | uri): where a format is not asserted both branches match and every
# signed document is refused, so a missing checker must stop the proof and not weaken it.
FORMATS = ("date", "date-time", "iri-reference", "idn-email", "uri")
VERSIONS = {"1.6": SchemaVersion.V1_6, "1.7": SchemaVersion.V1_7}


def format_checker() -> FormatChecker:
    """jsonschema's own checkers, remembering answers: its IRI grammar is slow and the strings repeat."""
    standard, checker = Draft7Validator.FORMAT_CHECKER.checkers, FormatChecker(formats=())
    for name in FORMATS:
        if name not in standard:
            sys.exit(f"this jsonschema does not check the format {name}")
        function, raises = standard[name]

        @functools.cache
        def judged(text: str, function=function, raises=raises) -> bool:
            try:
                return bool(function(text))
            except raises:
                return False

        checker.checks(name)(lambda value, judged=judged: not isinstance(value, str) or judged(value))
    return checker


class Grammar:
    """One schema with all its parts: a validator, and a writer of documents that use every part."""

    def __init__(self, name: str, schema: dict, parts: dict, checker: FormatChecker):
        self.name, self.schema, self.parts = name, schema, parts
        registry = Registry().with_resources([(uri, DRAFT7.create_resource(part)) for uri, part in parts.items()])
        self.validator = Draft7Validator(schema, registry=registry, format_checker=checker)
        self.uses: dict[object, int] = {}
        self.serial = 0

    def accepts(self, document: object) -> bool:
        return self.validator.is_valid(document)

    def resolve(self, schema: dict, home: dict) -> tuple[dict, dict]:
        while "$ref" in schema:
            file, _, pointer = schema["$ref"].partition("#")
            home = self.parts[BASE + file] if file else home
            schema = home
            for key in filter(None, pointer.split("/")):
                schema = schema[key]
        return schema, home

    def least_used(self, owner: dict, choices: list) -> int:
        index = min(range(len(choices)), key=lambda i: self.uses.get((id(owner), i), 0))
        self.uses[id(owner), index] = self.uses.get((id(owner), index), 0) + 1
        return index

    def write(self, rng: random.Random) -> object:
        return self.value(self.schema, self.schema, rng, 0)

    def value(self, schema: dict, home: dict, rng: random.Random, depth: int) -> object:
        schema, home = self.resolve(schema, home)
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return schema["enum"][self.least_used(schema, schema["enum"])]
        for word in ("oneOf", "anyOf"):
            if word in schema and not any(set(branch) == {"required"} for branch in schema[word]):
                return self.choice(schema, word, home, rng, depth)
        kind = schema.get("type", "object")
        if kind == "array":
            return self.array(schema, home, rng, depth)
        if kind == "object":
            return self.object(schema, home, rng, depth)
        if kind == "string":
            return self.string(schema, rng)
        if kind == "boolean":
            return rng.random() < 0.5
        low, high = schema.get("minimum", -3), schema.get("maximum", 9)
        return rng.randint(low, high) if kind == "integer" else rng.choice((low, high, (low + high) / 2))

    def choice(self, schema: dict, word: str, home: dict, rng: random.Random, depth: int) -> object:
        branches, value = schema[word], None
        for _ in range(8):  # what a contact and an organization both take is neither
            value = self.value(branches[self.least_used(schema, branches)], home, rng, depth)
            if word == "anyOf" or home is not self.schema or sum(self.validator.evolve(schema=b).is_valid(value) for b in branches) == 1:
                break
        return value

    def array(self, schema: dict, home: dict, rng: random.Random, depth: int) -> list:
        items = schema["items"]
        if isinstance(items, list):
            return [self.value(item, home, rng, depth + 1) for item in items]
        many = rng.choice((1, 1, 2, 3)) if depth < 6 else 1
        values = [self.value(items, home, rng, depth + 1) for _ in range(min(many, schema.get("maxItems", many)))]
        return [v for i, v in enumerate(values) if not schema.get("uniqueItems") or v not in values[:i]]

    def object(self, schema: dict, home: dict, rng: random.Random, depth: int) -> dict:
        owner, properties, required = schema, dict(schema["properties"]), set(schema.get("required", ()))
        if "oneOf" in schema:
            branches = [set(branch["required"]) for branch in schema["oneOf"]]
            chosen = branches[self.least_used(schema, branches)]
            required |= chosen
            properties = {n: p for n, p in properties.items() if n in chosen or not any(n in b for b in branches)}
        if "anyOf" in schema:
            required |= set(schema["anyOf"][self.least_used(schema["anyOf"], schema["anyOf"])]["required"])
        if any("properties" in branch.get("then", {}) for branch in schema.get("allOf", ())):  # JSF's public key: each branch is an if/then on its type
            self.uses.update({(id(schema), name): 1 for name in properties})
            choice = schema["allOf"][self.least_used(schema["allOf"], schema["allOf"])]
            owner, required = choice["then"], set(choice["then"]["required"])
            properties = {**owner["properties"], **choice["if"]["properties"]}
        document = {}
        for name, part in properties.items():
            key = (id(owner), name)
            if name in required or len(properties) == 1 or key not in self.uses or rng.random() < 0.9 / (depth + 1):
                self.uses[key] = self.uses.get(key, 0) + 1
                document[name] = self.value(part, home, rng, depth + 1)
        if "versionRange" in document:  # 1.7: of a component that is external, and has no version
            document["isExternal"] = True
            document.pop("version", None)
        return document

    def string(self, schema: dict, rng: random.Random) -> str:
        if "pattern" in schema:
            fits = re.compile(schema["pattern"]).search
            fitting = [s for s in PATTERN_SAMPLES if fits(s)] or [s for s in SAMPLES.values() if fits(s)]
            if not fitting:
                sys.exit(f"no sample fits the pattern {schema['pattern']}")
            return rng.choice(fitting)
        if "format" in schema:
            return SAMPLES[schema["format"]]
        self.serial += 1
        return f"text {self.serial}"

    def unused(self) -> list[str]:
        """The properties that no written document has had so far."""
        found = []

        def walk(node: dict, path: str) -> None:
            for name, part in node.get("properties", {}).items():
                if (id(node), name) not in self.uses:
                    found.append(f"{path}/properties/{name}")
                walk(part, f"{path}/properties/{name}")
            for name, part in node.get("definitions", {}).items():
                walk(part, f"{path}/definitions/{name}")
            for word in ("oneOf", "anyOf", "allOf", "items", "then"):
                parts = node.get(word, [])
                for index, part in enumerate(parts if isinstance(parts, list) else [parts]):
                    walk(part, f"{path}/{word}/{index}")

        for uri, schema in {"": self.schema, **self.parts}.items():
            walk(schema, f"{uri}#")
        return found


def load(path: str | pathlib.Path) -> dict:
    return json.loads(pathlib.Path(path).read_text(encoding="utf-8"))


def merged(target: object, patch: object) -> object:
    """RFC 7396 §2."""
    if not isinstance(patch, dict):
        return patch
    out = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            out.pop(name, None)
        else:
            out[name] = merged(out.get(name), value)
    return out


def official(version: str, checker: FormatChecker) -> Grammar:
    parts = {"spdx": _res.SPDX_JSON, "jsf-0.82": _res.JSF} | ({"cryptography-defs": _res.CRYPTOGRAPHY_DEFS} if version != "1.6" else {})
    loaded = {f"{BASE}{name}.SNAPSHOT.schema.json": load(path) for name, path in parts.items()}
    loaded.get(f"{BASE}cryptography-defs.SNAPSHOT.schema.json", {}).pop("properties", None)  # a document of its own kind
    return Grammar("official", load(_res.BOM_JSON_STRICT[VERSIONS[version]]), loaded, checker)


def our_files(version: str) -> dict[str, dict]:
    names = ["cyclonedx-1.6.schema.json"] + (["cyclonedx-1.7.patch.json"] if version == "1.7" else [])
    return {name: load(SCHEMAS / name) for name in names}


def ours(version: str, checker: FormatChecker) -> Grammar:
    return Grammar("ours", functools.reduce(merged, our_files(version).values()), {}, checker)


def documents_of(version: str, vectors: pathlib.Path) -> dict[str, object]:
    """The specification's own; where those of 1.7 are not there, the valid ones of 1.6 say so of 1.7."""
    found = {path.name: load(path) for path in sorted((vectors / "cyclonedx" / version).glob("*.json"))}
    if not found and version == "1.7":
        older = documents_of("1.6", vectors)
        found = {name.replace("1.6", version): {**document, "specVersion": version} for name, document in older.items() if name.startswith("valid-")}
    return found
