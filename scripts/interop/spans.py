#!/usr/bin/env python3
"""Looks for spans in what a collector wrote: spans.py FILE TRACE PARENT SPAN…

FILE has an ExportTraceServiceRequest in OTLP's JSON on each line. There must be a span of trace TRACE under the span
PARENT (an id; "none": it has no parent) that is like the first SPAN, one under it like the second, and so on. A SPAN is
NAME[;KEY=VALUE…]: `kind`, `status` (0, 1, 2) or an attribute; VALUE * means any, - means that there is none.
"""
import json
import sys


def read(path):
    spans = []
    for line in open(path, encoding="utf-8"):
        for resource in json.loads(line)["resourceSpans"]:
            service = values(resource["resource"])["service.name"]
            for scope in resource["scopeSpans"]:
                spans += [dict(span, service=service) for span in scope["spans"]]
    return spans


def values(owner):
    return {each["key"]: text(next(iter(each["value"].values()))) for each in owner.get("attributes", [])}


def text(value):
    return str(value).lower() if isinstance(value, bool) else str(value)


def like(span, wanted):
    name, *conditions = wanted.split(";")
    facts = values(span) | {
        "kind": str(span["kind"]), "status": str(span["status"].get("code", 0)), "service": span["service"],
        "links": str(len(span.get("links", []))), "state": span.get("traceState", "-")}
    for condition in conditions:
        key, _, value = condition.partition("=")
        found = facts.get(key, "-")
        if found != value and not (value == "*" and found != "-"):
            return False
    return span["name"] == name


def chain(spans, parent, wanted):
    if not wanted:
        return True
    return any(span.get("parentSpanId", "") == parent and like(span, wanted[0]) and chain(spans, span["spanId"], wanted[1:])
               for span in spans)


def main():
    path, trace, parent, *wanted = sys.argv[1:]
    spans = [span for span in read(path) if trace in (span["traceId"], "any")]
    if chain(spans, "" if parent == "none" else parent, wanted):
        return 0
    for span in spans:
        print(span["traceId"], span.get("parentSpanId", "-" * 16), span["spanId"], span["name"], span["status"], values(span))
    print("not found")
    return 1


sys.exit(main())
