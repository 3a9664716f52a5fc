"""Edits of CycloneDX documents, seeded or systematic: what the scripts that compare validators feed to them."""
import copy
import json
import random

SAMPLES = {
    "date": "2024-05-17",
    "date-time": "2024-05-17T08:30:00.5+02:00",
    "iri-reference": "https://example.com/mödel?a=b#c",
    "idn-email": "jane@example.com",
    "uri": "https://example.com/algorithm",
}
UUID = "3e671687-395b-41f5-a30f-a58921a69b79"
PATTERN_SAMPLES = (
    f"urn:cdx:{UUID}/1",
    f"urn:cdx:{UUID}/1#a",
    f"urn:uuid:{UUID}",
    "text/plain",
    "0123456789abcdefABCDEF0123456789",
    "en-US",
    "CRE:12-34",
    "https://example.com/algorithm",
    "US",
    "US 9.876/54-3",
)
ODD_VALUES = (None, True, False, 0, 1, -1, 6, 7, 1.0, 0.5, 1.5, 10**20, "", "x", [], {}, [""], [None], [[]], [{}], {"x": 1})
ODD_STRINGS = (
    *SAMPLES.values(), *PATTERN_SAMPLES, " ", "\n", "2024-05-32", "0000-01-01", "20240517", "2024-13-01T00:00:00Z", "2024-05-17T08:30:00", "a b",
    "http://exa mple.com/<>", "https://example.com/%zz", "://", "foo:", "foo:bar", "1a:b", "#frag", "jane", "@", "en_US", "EN",
    "de", "de-AT", "TEXT/PLAIN", "text/", f"urn:cdx:{UUID}/0", f"urn:cdx:{UUID}/1#", f"urn:cdx:{UUID.upper()}/1", f"urn:uuid:{UUID.upper()}",
    "CRE:12", "a" * 32, "a" * 33, "g" * 40, "a" * 40, "a" * 64, "a" * 96, "a" * 128, "v" * 1024, "v" * 1025, "v" * 4096, "v" * 4097,
)


class Mutator:
    """Small seeded edits, biased to those that a schema can notice."""

    def __init__(self, rng: random.Random, documents: list):
        self.rng, self.names, self.words, self.subtrees = rng, set(), set(ODD_STRINGS), []
        for document in documents:
            for parent, key in places(document):
                value = parent[key]
                if isinstance(key, str):
                    self.names.add(key)
                if isinstance(value, str) and len(value) < 80:
                    self.words.add(value)
                elif isinstance(value, (dict, list)) and len(json.dumps(value)) < 2000:
                    self.subtrees.append(value)
        self.names, self.words = sorted(self.names), sorted(self.words)

    def mutate(self, document: object) -> object:
        document = copy.deepcopy(document)
        for _ in range(self.rng.choice((1, 1, 1, 2))):
            spots = places(document)
            if spots:
                self.edit(*self.rng.choice(spots))
        return document

    def edit(self, parent: dict | list, key: str | int) -> None:
        rng, value = self.rng, parent[key]
        edits = [self.delete, self.retype, self.graft]
        if isinstance(parent, dict):
            edits += [self.rename, self.add]
        if isinstance(value, str):
            edits += [self.reword] * 4
        elif isinstance(value, list):
            edits += [self.empty, self.repeat, self.repeat]
        elif isinstance(value, dict):
            edits += [self.empty, self.add_inside, self.add_inside]
        elif not isinstance(value, bool):
            edits += [self.retype] * 3
        rng.choice(edits)(parent, key)

    def delete(self, parent, key) -> None:
        del parent[key]

    def rename(self, parent, key) -> None:
        parent[self.rng.choice((key + "x", key.upper(), key[:-1], self.rng.choice(self.names)))] = parent.pop(key)

    def add(self, parent, _key) -> None:
        parent[self.rng.choice(self.names)] = self.anything()

    def add_inside(self, parent, key) -> None:
        self.add(parent[key], None)

    def retype(self, parent, key) -> None:
        parent[key] = copy.deepcopy(self.rng.choice(ODD_VALUES))

    def graft(self, parent, key) -> None:
        parent[key] = self.anything()

    def empty(self, parent, key) -> None:
        parent[key] = type(parent[key])()

    def repeat(self, parent, key) -> None:
        extra = self.rng.choice(parent[key]) if parent[key] else self.anything()
        parent[key].append(copy.deepcopy(extra))

    def reword(self, parent, key) -> None:
        old = parent[key]
        edited = (old + "x", old + "\n", old.upper(), old.lower(), old[:-1], old[1:], " " + old)
        parent[key] = self.rng.choice((self.rng.choice(edited), self.rng.choice(self.words), self.rng.choice(ODD_STRINGS)))

    def anything(self) -> object:
        pool = self.rng.choice((self.subtrees, self.words, ODD_VALUES))
        return copy.deepcopy(self.rng.choice(pool))


def places(document: object) -> list[tuple]:
    """Each (container, key) of the document, outermost first."""
    found, open_nodes = [], [document]
    while open_nodes:
        node = open_nodes.pop()
        if isinstance(node, (dict, list)):
            for key in node if isinstance(node, dict) else range(len(node)):
                found.append((node, key))
                open_nodes.append(node[key])
    return found


def word_lists(node: object) -> list[frozenset]:
    """The closed lists of words in a schema. The licence ids are too many to try each here."""
    if not isinstance(node, (dict, list)):
        return []
    found = [part for child in (node.values() if isinstance(node, dict) else node) for part in word_lists(child)]
    words = node.get("enum") if isinstance(node, dict) else None
    return found + ([frozenset(words)] if isinstance(words, list) and len(words) < 100 else [])


def replacements(value: object, lists: list[frozenset]) -> list:
    others = [other for other in (5, "x", {"x": 1}) if type(other) is not type(value)]
    if isinstance(value, (int, float)):
        others += [-1, 10**20]
    elif isinstance(value, str):
        others += [" " + value, *sorted(set().union(*(words for words in lists if value in words)))]
    elif isinstance(value, dict):
        others.append({**value, "unknown": 1})
    elif isinstance(value, list):
        others.append(value * 2)
    return others


def sweep(documents: list, lists: list[frozenset]):
    """Each property and array item the documents show, once: another type, another word, an unknown member, gone."""
    seen = set()

    def walk(root: object, node: object, trail: tuple):
        for key in list(node) if isinstance(node, dict) else range(len(node)):
            value, here = node[key], (*trail, key)[-3:] if isinstance(node, dict) else trail
            # JSF has three kinds of public key at one place.
            kinds = [part.get("kty") for part in (node, value) if isinstance(part, dict)]
            spot = (here, type(node), str(kinds))
            if spot not in seen:
                seen.add(spot)
                for other in replacements(value, lists):
                    node[key] = other
                    yield root
                if isinstance(node, dict):
                    del node[key]
                    yield root
                node[key] = value
            if isinstance(value, (dict, list)):
                yield from walk(root, value, here)

    for document in sorted(documents, key=lambda d: len(json.dumps(d))):
        root = copy.deepcopy(document)
        yield from walk(root, root, ())
