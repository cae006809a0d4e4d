"""Other ways to find a change at an unknown date, on the study's own series and on the Turing Change Point Dataset.

    cargo run --release -p handback-core --example study -- --write FOLDER
    pip install ruptures
    python crates/core/examples/study/unknown.py series FOLDER [SERIES]
    python crates/core/examples/study/unknown.py tcpd FOLDER_OF_JSON HANDBACK [LONGEST]

`series`: the one best change by least squares (ruptures, Dynp, l2, six months apart), called where its gain passes the point that
one series in twenty without a change passes under the worst of the four noises of that length; *with a trend*: the same on series
that rise by 0.05 standard deviations a month. PELT has the usual penalty, 3 log n times the variance. `tcpd`: F1 and covering of
`handback changes`, of PELT and of never saying anything, as van den Burg and Williams (2020) define them, margin 5, for series
of one dimension with 24 to LONGEST values that have no gaps; each value is taken as a month.
"""

import collections
import datetime
import json
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
import ruptures

APART = 6


def best(series):
    """How much one change explains beside what it leaves, and where."""
    count = len(series)
    sums, squares = np.cumsum(series), np.cumsum(series**2)
    places = np.arange(APART, count - APART + 1)
    left = squares[places - 1] - sums[places - 1] ** 2 / places
    right = squares[-1] - squares[places - 1] - (sums[-1] - sums[places - 1]) ** 2 / (count - places)
    whole = squares[-1] - sums[-1] ** 2 / count
    at = np.argmin(left + right)
    return whole / (left + right)[at] - 1, places[at]


def pelt(series):
    model = ruptures.Pelt(model="l2", min_size=APART, jump=1).fit(series)
    return model.predict(pen=3 * np.log(len(series)) * series.var())[:-1]


def on_series(folder, count):
    found, risen, dated = {}, {}, {}
    for path in pathlib.Path(folder).glob("*.csv"):
        place, months, shape, noise, change = path.stem.split(", ")
        if int(place) < 2000 or shape != "normal":
            continue
        values = np.loadtxt(path, delimiter=",", max_rows=count)
        # The shortcut above is Dynp's own answer.
        one = ruptures.Dynp(model="l2", min_size=APART, jump=1).fit(values[0]).predict(n_bkps=1)[0]
        assert one == best(values[0])[1], path
        key = int(months), noise, float(change.split()[1])
        found[key] = [best(one) for one in values]
        if key[2] == 0:
            risen[key] = [best(one)[0] for one in values + 0.05 * np.arange(values.shape[1])]
            dated[key] = np.mean([len(pelt(series)) > 0 for series in values[:200]])
    worst = collections.defaultdict(float)
    for (months, _, step), them in found.items():
        if step == 0:
            worst[months] = max(worst[months], np.quantile([gain for gain, _ in them], 0.95))
    print("months\tnoise\tstep\tdated\twithin 3 months\tdated with a trend\tPELT dated")
    for (months, noise, step), them in sorted(found.items()):
        called = [(at, gain > worst[months]) for gain, at in them]
        shares = [
            np.mean([is_called for _, is_called in called]),
            np.mean([is_called and abs(at - months // 2) <= 3 for at, is_called in called]),
        ]
        if step == 0:
            shares.append(np.mean([gain > worst[months] for gain in risen[months, noise, step]]))
            shares.append(dated[months, noise, step])
        print(months, noise, step, *(f"{it:.3f}" for it in shares), sep="\t")


def scores(told, annotations, count):
    """F1 and covering; the first place counts as told and as annotated."""
    told = {0, *told}

    def hits(true):
        left, hit = set(told), 0
        for place in sorted(true):
            near = [it for it in left if abs(it - place) <= 5]
            if near:
                left.remove(min(near, key=lambda it: abs(it - place)))
                hit += 1
        return hit

    each = [{0, *them} for them in annotations.values()]
    precision = hits(set.union(*each)) / len(told)
    recall = np.mean([hits(true) / len(true) for true in each])

    def parts(places):
        cuts = sorted(places) + [count]
        return [set(range(one, other)) for one, other in zip(cuts, cuts[1:])]

    def covering(true):
        return sum(len(part) * max(len(part & it) / len(part | it) for it in parts(told)) for part in parts(true)) / count

    return 2 * precision * recall / (precision + recall), np.mean([covering(true) for true in each])


def changes(handback, series):
    month = lambda place: datetime.date(1990 + place // 12, place % 12 + 1, 1)
    with tempfile.NamedTemporaryFile("w", suffix=".csv") as file:
        file.write("date,value\n" + "".join(f"{month(place)},{value}\n" for place, value in enumerate(series)))
        file.flush()
        run = subprocess.run([handback, "changes", file.name, "--json"], check=True, capture_output=True, text=True)
    dates = [datetime.date.fromisoformat(change["about"]) for change in json.loads(run.stdout)["found"]]
    return [(date.year - 1990) * 12 + date.month - 1 for date in dates]


def on_tcpd(folder, handback, longest):
    annotations = json.loads((pathlib.Path(folder) / "annotations.json").read_text())
    means = collections.defaultdict(list)
    print("series\tvalues\tmethod\tF1\tcovering\tplaces")
    for path in sorted(pathlib.Path(folder).glob("*.json")):
        data = json.loads(path.read_text())
        if path.stem not in annotations or data["n_dim"] != 1 or not 24 <= data["n_obs"] <= longest:
            continue
        raw = data["series"][0]["raw"]
        if any(value is None for value in raw):
            continue
        series = np.array(raw, dtype=float)
        told = {"handback changes": changes(handback, series), "PELT": pelt(series), "never": []}
        for method, places in told.items():
            f1, covering = scores(places, annotations[path.stem], len(series))
            means[method].append((f1, covering))
            print(path.stem, len(series), method, f"{f1:.3f}", f"{covering:.3f}", places, sep="\t", flush=True)
    for method, them in means.items():
        f1, covering = np.mean(them, axis=0)
        print("mean", len(them), method, f"{f1:.3f}", f"{covering:.3f}", "", sep="\t")


if __name__ == "__main__":
    if sys.argv[1] == "series":
        on_series(sys.argv[2], int(sys.argv[3]) if len(sys.argv) > 3 else 1000)
    else:
        on_tcpd(sys.argv[2], sys.argv[3], int(sys.argv[4]) if len(sys.argv) > 4 else 400)
