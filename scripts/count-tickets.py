#!/usr/bin/env python3
"""Counts the tickets and changes of real logs of service desks, independently of Handback.

    scripts/count-tickets.py FOLDER

FOLDER holds the public logs that tests read (HANDBACK_REAL_DATA/tickets). The numbers it prints are those
that crates/intake/tests/intake/desks.rs expects. Only the standard library is used.
"""
import collections
import csv
import gzip
import io
import json
import pathlib
import sys
import xml.etree.ElementTree as ET
import zipfile
from datetime import datetime

WAITS = {
    "Awaiting User Info": "paused-user", "Awaiting Vendor": "paused-supplier", "Awaiting Problem": "paused-other",
    "Awaiting Evidence": "paused-other", "Wait": "paused-other",
}
WORKS = {"Active", "Take in charge ticket"}
SOLVES = {"Resolved", "Resolve ticket", "RESOLVED"}
ENDS = {"Closed", "DUPLICATE", "INVALID"}
OPENS = {"New", "Insert ticket"}


def follow(rows, counts, opened, resolved=None, closed=None):
    """One ticket's rows in time: what happened, told by a plain reading of the words."""
    counts["opened"] += 1
    responded = waiting = ended = None
    seen = set()
    for _, state in sorted(rows, key=lambda row: row[0]):
        if state in WORKS | set(WAITS) | OPENS and ended:
            counts["reopened"] += 1
            ended = waiting = None
        elif state in WORKS | OPENS and waiting:
            counts["resumed"] += 1
            waiting = None
        if state in WORKS | set(WAITS) and not responded:
            counts["responded"] += 1
            responded = True
        if state in WAITS and waiting != WAITS[state]:
            counts[WAITS[state]] += 1
            waiting = WAITS[state]
        if state in SOLVES and not ended:
            counts["resolved"] += 1
            ended, waiting = "resolved", None
            seen.add("resolved")
        if state in ENDS and ended != "closed":
            counts["closed"] += 1
            ended, waiting = "closed", None
            seen.add("closed")
    counts["resolved"] += bool(resolved) and "resolved" not in seen
    counts["closed"] += bool(closed) and "closed" not in seen


def service_now(text, state, at):
    rows = list(csv.DictReader(text))
    tickets = collections.OrderedDict()
    for row in rows:
        tickets.setdefault(row["number"], []).append(row)
    counts = collections.Counter()
    for of in tickets.values():
        told = lambda name: next((row[name] for row in reversed(of) if row.get(name, "?") != "?"), None)
        moments = [(datetime.strptime(row[at], "%d/%m/%Y %H:%M"), row[state]) for row in of]
        follow(moments, counts, True, told("resolved_at"), told("closed_at"))
    return len(rows), len(tickets), counts


def event_log(rows):
    tickets = collections.OrderedDict()
    for case, activity, at in rows:
        tickets.setdefault(case, []).append((at, activity))
    counts = collections.Counter()
    for of in tickets.values():
        follow(of, counts, True)
    return len(rows), len(tickets), counts


def xes(text):
    rows = []
    for trace in ET.parse(text).getroot().iter():
        if trace.tag.rsplit("}")[-1] != "trace":
            continue
        own = lambda element: {child.get("key"): child.get("value") for child in element}
        for event in trace:
            if event.tag.rsplit("}")[-1] == "event":
                said = own(event)
                if said.get("lifecycle:transition", "complete") == "complete":
                    rows.append((own(trace)["concept:name"], said["concept:name"], datetime.fromisoformat(said["time:timestamp"])))
    return rows


def main(folder):
    opened = lambda path: io.TextIOWrapper(gzip.open(folder / path), "utf-8")
    unzipped = lambda path, name: io.TextIOWrapper(zipfile.ZipFile(folder / path).open(name), "latin-1")
    said = {
        "incident_event_log.csv": service_now(
            unzipped("uci_servicenow/incident_event_log.zip", "incident_event_log/incident_event_log.csv"),
            "ident_state", "sys_updated_at"),
        "Master_Ticket_Dataset.csv": service_now(
            unzipped("uci_servicenow/IT_Incident_Data.zip", "Master_Ticket_Dataset.csv"), "incident_state", "sys_updated_at"),
        "citius/helpdesk.csv.gz": event_log([
            (row["case:concept:name"], row["concept:name"], datetime.fromisoformat(row["time:timestamp"]))
            for row in csv.DictReader(opened("citius/helpdesk.csv.gz"))]),
        "pm4py/helpdesk.xes.gz": event_log(xes(gzip.open(folder / "pm4py/helpdesk.xes.gz"))),
    }
    for name, (lines, tickets, counts) in said.items():
        print(json.dumps({"file": name, "lines": lines, "tickets": tickets, "changes": dict(sorted(counts.items()))}))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(pathlib.Path(sys.argv[1]))
