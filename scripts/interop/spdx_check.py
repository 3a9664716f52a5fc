#!/usr/bin/env python3
"""Reads what `mpk aibom convert --to spdx3` writes with spdx-python-model (strict decoding, all links resolved).

  spdx_check.py --mpk MPK --work DIR models DIR…          model directories: create, convert, compare with the files
  spdx_check.py --mpk MPK --work DIR vectors DIR          CycloneDX's documents: valid-* convert, invalid-* are refused with 21
  spdx_check.py --mpk MPK --work DIR generated [--count N] [--seed N]    model directories made by dice
  spdx_check.py --mpk MPK --work DIR hostile DIR [--count N] [--seed N]  CycloneDX's valid documents with hostile texts in them
  spdx_check.py --mpk MPK --work DIR declared DIR --training FILE --evaluation FILE
  spdx_check.py --mpk MPK --work DIR selftest DIR         changed documents, each of which the checks must refuse

With MPK_SPDX_MODEL=DIR (schema.json, spdx-model.ttl and spdx-context.jsonld of SPDX 3.0.1) and jsonschema, rdflib and
pyshacl installed, each document is also judged by the official JSON Schema and SHACL shapes.
Exit 0: all as it has to be. 1: something is not. 77: spdx-python-model is not installed (scripts/peers).
"""
import argparse
import datetime
import hashlib
import io
import json
import os
import pathlib
import random
import struct
import subprocess
import sys

try:
    from license_expression import get_spdx_licensing
    from spdx_python_model import v3_0_1 as spdx
except ImportError as missing:
    print(f"spdx_check: skipped: {missing.name} is not installed (see scripts/peers)")
    sys.exit(77)

TERMS = "https://spdx.org/rdf/3.0.1/terms/"
NO_LICENSE = TERMS + "ExpandedLicensing/NoAssertionLicense"
CREATED = "2026-11-20T14:03:00Z"
LICENSING = get_spdx_licensing()
OFFICIAL = os.environ.get("MPK_SPDX_MODEL")
failures, checked = [], 0


def check(condition, message):
    global checked
    checked += 1
    if not condition:
        failures.append(message)
        print(f"FAILED   {message}")


def run(*command, **more):
    environment = {**os.environ, "LC_ALL": "C.UTF-8"}
    environment.pop("SOURCE_DATE_EPOCH", None)
    environment.update(more)
    return subprocess.run([options.mpk, *command], capture_output=True, check=False, env=environment)


def load(data):
    """The object graph; raises when the document is not what the model of 3.0.1 allows."""
    objects = spdx.SHACLObjectSet()
    spdx.JSONLDDeserializer().read(io.BytesIO(data), objects)
    missing = objects.link() - {NO_LICENSE}
    if missing:
        raise ValueError(f"links that lead nowhere: {sorted(missing)[:3]}")
    # Reading judges each value, only writing also that no member is missing.
    again = io.BytesIO()
    spdx.JSONLDSerializer().write(objects, again)
    return objects


def official(data, what):
    import jsonschema
    import pyshacl
    import rdflib
    if not hasattr(official, "schema"):
        folder = pathlib.Path(OFFICIAL)
        schema = json.loads((folder / "schema.json").read_text())
        official.schema = jsonschema.validators.validator_for(schema)(schema)
        official.context = json.loads((folder / "spdx-context.jsonld").read_text())["@context"]
        official.shapes = rdflib.Graph().parse(folder / "spdx-model.ttl")
    document = json.loads(data)
    check(official.schema.is_valid(document), f"{what}: official JSON Schema")
    document["@context"] = official.context  # what its address leads to
    graph = rdflib.Graph().parse(data=json.dumps(document), format="json-ld")
    conforms, _, text = pyshacl.validate(graph, shacl_graph=official.shapes, ont_graph=official.shapes)
    check(conforms, f"{what}: official SHACL shapes: {text[:600]}")


def link_id(value):
    return value if isinstance(value, str) else value._id


class Graph:
    """Questions to a loaded graph."""

    def __init__(self, data):
        self.objects = load(data)

    def of(self, kind):
        return sorted(self.objects.foreach_type(kind, match_subclass=False), key=lambda o: o._id or "")

    def related(self, kind, source=None):
        return [to for r in self.of(spdx.Relationship) if r.relationshipType.endswith("/" + kind)
                and (source is None or link_id(r.from_) == source._id) for to in r.to]


def judge(data, what):
    """Everything that holds for any document of mpk's."""
    try:
        graph = Graph(data)
    except Exception as error:  # the bindings raise many kinds
        check(False, f"{what}: spdx-python-model: {type(error).__name__}: {error}")
        return None
    documents = graph.of(spdx.SpdxDocument)
    check(len(documents) == 1 and len(documents[0].rootElement) == 1, f"{what}: one document with one root")
    claimed = {p.rsplit("/", 1)[1] for p in documents[0].profileConformance}
    listed = {link_id(e) for e in documents[0].element}
    for obj in graph.objects.foreach():
        if isinstance(obj, spdx.Element) and not isinstance(obj, spdx.SpdxDocument):
            check(obj._id in listed, f"{what}: {obj._id} is not listed in the document")
    for cls, profile in ((spdx.ai_AIPackage, "ai"), (spdx.dataset_DatasetPackage, "dataset"), (spdx.build_Build, "build")):
        packages = graph.of(cls)
        check(bool(packages) == (profile in claimed), f"{what}: profile {profile} claimed as used")
        if profile == "build":
            continue
        for package in packages:  # AI.md and Dataset.md, "Profile conformance"
            for kind in ("hasDeclaredLicense", "hasConcludedLicense"):
                count = sum(1 for r in graph.of(spdx.Relationship)
                            if r.relationshipType.endswith("/" + kind) and link_id(r.from_) == package._id)
                check(count == 1, f"{what}: {package.name}: {count} relationships {kind}")
    for expression in graph.of(spdx.simplelicensing_LicenseExpression):
        words = expression.simplelicensing_licenseExpression
        try:
            parsed = LICENSING.parse(words, validate=False, strict=True)
            check(parsed is not None, f"{what}: licence expression {words!r}")
        except Exception as error:  # its parser raises several kinds
            check(False, f"{what}: licence expression {words!r}: {error}")
    if OFFICIAL:
        official(data, what)
    return graph


def convert(path, what, expected=0):
    done = run("aibom", "convert", str(path), "--to", "spdx3", "--created", CREATED)
    check(done.returncode == expected, f"{what}: exit {done.returncode}, expected {expected}: {done.stderr.decode()[-300:]}")
    if done.returncode == 0:
        again = run("aibom", "convert", str(path), "--to", "spdx3", "--created", CREATED, TZ="Asia/Tokyo", LC_ALL="C")
        check(again.stdout == done.stdout, f"{what}: the second time other bytes")
    else:
        check(not done.stdout and done.stderr.decode().startswith("error: "), f"{what}: one clear error and no output")
    return done.stdout if done.returncode == 0 else None


def pairs(entries):
    return {(e.key, e.value) for e in entries}


def compare(graph, bom, folder, what):
    """The loaded graph says what the CycloneDX document and the files say."""
    model = bom["metadata"]["component"]
    sbom = graph.of(spdx.software_Sbom)[0]
    root = next(o for o in graph.of(spdx.ai_AIPackage) if o._id == link_id(sbom.rootElement[0]))
    check(root.name == model["name"], f"{what}: name {root.name!r}")
    files = {}
    for f in graph.of(spdx.software_File):
        digests = {h.algorithm.rsplit("/", 1)[1]: h.hashValue for h in f.verifiedUsing}
        files.setdefault(f.name, digests.get("sha256"))
    named = {c["name"] for c in model.get("components", []) if c["type"] == "file"}
    check(named <= set(files), f"{what}: files {sorted(named - set(files))[:3]} are missing")
    for name, digest in files.items():
        path = folder / name
        check(path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == digest, f"{what}: SHA-256 of {name}")
    hyper = pairs(root.ai_hyperparameter)
    for owner in (model, model.get("modelCard", {})):
        for prop in owner.get("properties", []):
            if prop["name"] == "mpk:parameters":
                check(("parameters", prop["value"]) in hyper, f"{what}: parameter count {prop['value']}")
            if prop["name"].startswith("cdx:ai-ml:model:hyperparameter:"):
                key = prop["name"].split(":hyperparameter:", 1)[1].removeprefix("_undefined:")
                check((key, prop["value"]) in hyper, f"{what}: hyperparameter {key}")
    own = {(p.extension_cdxPropName, p.extension_cdxPropValue) for e in root.extension for p in e.extension_cdxProperty}
    for prop in model.get("properties", []) + model.get("modelCard", {}).get("properties", []):
        if not prop["name"].startswith(("mpk:provenance:", "mpk:finding")):
            check((prop["name"], prop.get("value")) in own, f"{what}: property {prop['name']}")
    metrics = model.get("modelCard", {}).get("quantitativeAnalysis", {}).get("performanceMetrics", [])
    check(len(list(root.ai_metric)) == len(metrics), f"{what}: {len(metrics)} metrics")
    for kind, acknowledgement in (("hasDeclaredLicense", "declared"), ("hasConcludedLicense", "concluded")):
        expected = {lic["license"].get("id") or lic["license"].get("name") if "license" in lic else lic["expression"]
                    for lic in model.get("licenses", [])
                    if (lic.get("license", lic).get("acknowledgement") or "declared") == acknowledgement}
        found = set()
        for to in graph.related(kind, root):
            if link_id(to) != NO_LICENSE:
                found.add(getattr(to, "simplelicensing_licenseExpression", None) or to.name)
        check(found == expected, f"{what}: {kind}: {found}, expected {expected}")
    datasets = {c["name"] for c in bom.get("components", []) if c["type"] == "data"}
    check({d.name for d in graph.related("trainedOn", root)} == datasets, f"{what}: datasets {datasets}")
    bases = len(model.get("pedigree", {}).get("ancestors", []))
    check(len(graph.related("descendantOf", root)) == bases, f"{what}: {bases} base models")
    findings = [p["value"] for p in model.get("properties", []) if p["name"] == "mpk:finding"]
    said = [a.statement for a in graph.of(spdx.Annotation) if a.annotationType.endswith("/review")]
    check(sorted(said) == sorted("finding: " + f for f in findings), f"{what}: {len(findings)} findings")
    tiers = sum(p["name"].startswith("mpk:provenance:") for p in model.get("properties", []))
    told = sum(len(json.loads(a.statement)["facts"]) for a in graph.of(spdx.Annotation)
               if a.contentType == "application/json" and "facts" in json.loads(a.statement))
    check(told == tiers, f"{what}: {told} tiers, expected {tiers}")


def compare_builds(graph, bom, what):
    """Each workflow is a build, with what went in and what came out."""
    workflows = [w for f in bom.get("formulation", []) for w in f.get("workflows", [])]
    builds = {b.build_buildId: b for b in graph.of(spdx.build_Build)}
    check(len(builds) == len(workflows), f"{what}: {len(workflows)} builds")
    for workflow in workflows:
        build = builds.get(workflow.get("uid"))
        check(build is not None, f"{what}: no build {workflow.get('uid')}")
        if build is None:
            continue
        for key, found in (("timeStart", build.build_buildStartTime), ("timeEnd", build.build_buildEndTime)):
            if key in workflow:
                check(found == datetime.datetime.fromisoformat(workflow[key].replace("Z", "+00:00")), f"{what}: {key} {found}")
        parameters = {(p["name"], p["value"]) for i in workflow["inputs"] for p in i.get("parameters", [])}
        check(pairs(build.build_parameter) == parameters, f"{what}: parameters of the build")
        commits = {c["uid"] for f in bom["formulation"] for each in f["components"] for c in each.get("pedigree", {}).get("commits", [])}
        check({h.hashValue for h in build.build_configSourceDigest} == commits, f"{what}: commits of the build")
        for kind, key in (("hasInput", "inputs"), ("hasOutput", "outputs")):
            refs = sum("ref" in each.get("resource", {}) for each in workflow[key])
            check(len(graph.related(kind, build)) == refs, f"{what}: {refs} × {kind}")


def model_directory(folder, what, *declared):
    bom = pathlib.Path(options.work) / "bom.json"
    made = run("aibom", "create", str(folder), "-o", str(bom), "--quiet", *declared)
    check(made.returncode == 0, f"{what}: aibom create: {made.stderr.decode()[-300:]}")
    if made.returncode != 0:
        return
    data = convert(bom, what)
    graph = judge(data, what) if data is not None else None
    if graph is not None:
        compare(graph, json.loads(bom.read_text()), folder, what)
        compare_builds(graph, json.loads(bom.read_text()), what)


def safetensors(dice):
    header, offset = {}, 0
    for i in range(dice.randint(1, 4)):
        shape = [dice.randint(1, 5) for _ in range(dice.randint(0, 3))]
        size = 4
        for each in shape:
            size *= each
        header[f"t{i}.weight"] = {"dtype": "F32", "shape": shape, "data_offsets": [offset, offset + size]}
        offset += size
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + bytes(offset)


LICENSES = ["apache-2.0", "mit", "llama3.1", "openrail++", "other", "cc-by-nc-4.0", "gpl-3.0", "MIT OR Apache-2.0", "no such licence", "", "ünïcode"]
NAMES = ["plain", "with space", "ünïcode-模型", "quo'te\"d", "per%cent", "hash#tag", "a" * 90, "<script>", "emoji-🦙"]


def card(dice):
    lines = ["---"]
    if dice.random() < 0.8:
        lines.append(f"license: {json.dumps(dice.choice(LICENSES))}")
    if dice.random() < 0.2:
        lines += ["license_name: our-own", "license_link: https://example.com/a b"]
    if dice.random() < 0.6:
        lines.append("datasets: " + json.dumps([f"org/{dice.choice(NAMES)}" for _ in range(dice.randint(1, 3))]))
    if dice.random() < 0.6:
        lines.append("base_model: " + json.dumps(dice.choice(["org/base", "../local/base", "org/base one", ["a/b", "c/d"]])))
        lines.append("base_model_relation: " + dice.choice(["finetune", "adapter", "quantized", "merge"]))
    if dice.random() < 0.4:
        lines.append("language: " + json.dumps(dice.choice(["en", ["en", "de"], "english"])))
    if dice.random() < 0.4:
        lines += ["model-index:", f"- name: {json.dumps(dice.choice(NAMES))}", "  results:", "  - task: {type: text-generation}",
                  "    dataset: {type: org/plain, name: Plain}", f"    metrics: [{{type: accuracy, value: {dice.random():.4f}}}]"]
    if dice.random() < 0.15:
        lines.append("broken: [yaml")
    lines += ["---", f"# {dice.choice(NAMES)}", "", "## Intended use", "", dice.choice(NAMES) * dice.randint(1, 40), "",
              "## Limitations", "", "Some. 8B parameters, says the card."]
    return "\n".join(lines)


def generated_directory(folder, dice):
    folder.mkdir()
    if dice.random() < 0.85:
        (folder / "README.md").write_text(card(dice))
    for i in range(dice.choice([0, 1, 1, 2, 3])):
        name = dice.choice(NAMES).replace("/", "_")[:60] + f"-{i}.safetensors"
        (folder / name).write_bytes(safetensors(dice) if dice.random() < 0.9 else b"no safetensors at all")
    if dice.random() < 0.6:
        (folder / "config.json").write_text(json.dumps({"model_type": "llama", "architectures": ["LlamaForCausalLM"],
                                                        "hidden_size": dice.randint(1, 9999), "rms_norm_eps": 1e-6, dice.choice(NAMES): 1}))
    if dice.random() < 0.3:
        (folder / "LICENSE").write_text("MIT License\n\nPermission is hereby granted" if dice.random() < 0.5 else "Be good.")
    if dice.random() < 0.4:
        (folder / "sub dir").mkdir()
        (folder / "sub dir" / "notes.txt").write_text("notes")
    if not any(folder.iterdir()):
        (folder / "empty.txt").write_text("")


def vectors(folder):
    done = {"valid": 0, "invalid": 0}
    for path in sorted(pathlib.Path(folder).glob("*.json")):
        kind = path.name.split("-")[0]
        data = convert(path, path.name, 0 if kind == "valid" else 21)
        if data is not None:
            judge(data, path.name)
        done[kind] += 1
    print(f"{done['valid']} valid documents converted, {done['invalid']} others refused")
    check(done["valid"] > 40 and done["invalid"] > 20, "vectors: too few")


HOSTILE = ["", " ", "\u0000", "\u202e", "a b", "<>\"{}|\\^`", "%", "%00", "#", "..", "../x", "_:b", "urn:", "x" * 5000, "http://[", "MIT OR", "(MIT",
           "LicenseRef-", "SpdxDocument", "@id", "@context", "creationInfo", "Ω≈ç", "\ud7ff", "NOASSERTION", "https://spdx.org/rdf/3.0.1/terms/Core/"]


def hostile(folder):
    """Texts that have a meaning in JSON-LD, in IRIs or in nobody's eyes; converted or refused, never an internal error."""
    outcome = {0: 0, 21: 0}
    valid = sorted(pathlib.Path(folder).glob("valid-*.json"))
    path = pathlib.Path(options.work) / "hostile.json"
    for index in range(options.count):
        dice = random.Random(options.seed * 1000003 + index)
        document = json.loads(valid[index % len(valid)].read_text())
        places = []

        def collect(value):
            for key, each in value.items() if isinstance(value, dict) else enumerate(value):
                if isinstance(each, str) and key not in ("bomFormat", "specVersion", "type", "alg", "$schema"):
                    places.append((value, key))
                elif isinstance(each, (dict, list)):
                    collect(each)

        collect(document)
        for owner, key in dice.sample(places, min(len(places), dice.randint(1, 3))):
            owner[key] = dice.choice(HOSTILE)
        path.write_text(json.dumps(document))
        what = f"{valid[index % len(valid)].name} with seed {options.seed}, {index}"
        done = run("aibom", "convert", str(path), "--to", "spdx3", "--created", CREATED)
        check(done.returncode in outcome, f"{what}: exit {done.returncode}: {done.stderr.decode(errors='replace')[-300:]}")
        outcome[done.returncode] = outcome.get(done.returncode, 0) + 1
        if done.returncode == 0:
            judge(done.stdout, what)
    print(f"{outcome[0]} converted, {outcome[21]} refused")
    check(outcome[0] > options.count / 5, "hostile: too few convert to prove anything")


def selftest(folder):
    """A check that can't fail proves nothing: each of these must."""
    bom = pathlib.Path(options.work) / "bom.json"
    run("aibom", "create", str(folder), "-o", str(bom), "--quiet")
    good = json.loads(convert(bom, "selftest"))

    def node(document, kind):
        return next(n for n in document["@graph"] if n["type"] == kind)

    def changed(what, change):
        document = json.loads(json.dumps(good))
        change(document)
        before = len(failures)
        sys.stdout.flush()
        graph = judge(json.dumps(document).encode(), f"(expected) {what}")
        if graph is not None and len(failures) == before:
            compare(graph, json.loads(bom.read_text()), pathlib.Path(folder), f"(expected) {what}")
        refused = len(failures) > before
        del failures[before:]
        check(refused, f"selftest: {what} was not noticed")

    changed("an unknown class", lambda d: node(d, "Tool").update(type="Hammer"))
    changed("an unknown member", lambda d: node(d, "ai_AIPackage").update(ai_price="1"))
    changed("a word of no vocabulary", lambda d: node(d, "software_File").update(software_primaryPurpose="weapon"))
    changed("a dangling link", lambda d: node(d, "Relationship").update({"to": ["urn:x:nowhere"]}))
    changed("no creation date", lambda d: node(d, "CreationInfo").pop("created"))
    changed("another digest", lambda d: node(d, "software_File")["verifiedUsing"][0].update(hashValue="0" * 64))
    changed("another parameter count", lambda d: node(d, "ai_AIPackage")["ai_hyperparameter"][0].update(value="1"))
    changed("a broken licence expression", lambda d: node(d, "simplelicensing_LicenseExpression").update(simplelicensing_licenseExpression="MIT OR"))
    changed("a dataset less", lambda d: next(n for n in d["@graph"] if n.get("relationshipType") == "trainedOn")["to"].pop())

    def without_conclusion(document):
        gone = next(n for n in document["@graph"] if n.get("relationshipType") == "hasConcludedLicense")
        document["@graph"].remove(gone)
        node(document, "SpdxDocument")["element"].remove(gone["spdxId"])

    changed("no conclusion on a licence", without_conclusion)
    changed("an element that no collection lists", lambda d: node(d, "SpdxDocument")["element"].pop())


parser = argparse.ArgumentParser(usage=__doc__)
parser.add_argument("--mpk", required=True)
parser.add_argument("--work", required=True)
parser.add_argument("what", choices=["models", "declared", "vectors", "generated", "hostile", "selftest"])
parser.add_argument("folders", nargs="*")
parser.add_argument("--count", type=int, default=60)
parser.add_argument("--seed", type=int, default=1)
parser.add_argument("--training")
parser.add_argument("--evaluation")
options = parser.parse_args()
documents = 0
if options.what == "models":
    for name in options.folders:
        model_directory(pathlib.Path(name), pathlib.Path(name).name)
    documents = len(options.folders)
elif options.what == "declared":
    model_directory(pathlib.Path(options.folders[0]), "declared", "--training", options.training, "--evaluation", options.evaluation)
    documents = 1
elif options.what == "vectors":
    vectors(options.folders[0])
    documents = 1
elif options.what == "generated":
    for index in range(options.count):
        target = pathlib.Path(options.work) / f"generated-{options.seed}-{index}"
        generated_directory(target, random.Random(options.seed * 100003 + index))
        model_directory(target, f"seed {options.seed}, model {index}")
    documents = options.count
elif options.what == "hostile":
    hostile(options.folders[0])
    documents = options.count
elif options.what == "selftest":
    selftest(options.folders[0])
    documents = 1
check(documents > 0 and checked > 0, "nothing was checked")
print(f"{options.what}: {documents} inputs, {checked} checks, {len(failures)} failed{'' if OFFICIAL else ' (without the official schema and shapes)'}")
sys.exit(1 if failures else 0)
