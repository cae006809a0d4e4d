"""The usual methods on the study's own series: how often each calls a step where there is none.

    cargo run --release -p handback-core --example study -- --write FOLDER
    pip install statsmodels
    python crates/core/examples/study/peers.py FOLDER [SERIES]

Prints one line a cell and method: the share of series called a step at two-sided 5%, as they are and with a trend of 0.05
standard deviations a month for methods that have no trend of their own. Seed: the study's; methods draw nothing, but for the
local level's forecasts (numpy, seed 2026).
"""

import pathlib
import sys
import warnings

import numpy as np
import statsmodels.api as sm
from scipy import stats

warnings.simplefilter("ignore")


def design(months):
    """The verdict's own terms: level, trend, step, change of trend, season by length."""
    month = np.arange(months)
    after = (month >= months // 2).astype(float)
    columns = [np.ones(months), month / months, after, after * (month - months // 2)]
    if 36 <= months < 60:
        columns += [np.sin(2 * np.pi * month / 12), np.cos(2 * np.pi * month / 12)]
    elif months >= 60:
        columns += [(month % 12 == one).astype(float) for one in range(1, 12)]
    return np.column_stack(columns)


def t_test(series):
    half = len(series) // 2
    return stats.ttest_ind(series[:half], series[half:]).pvalue


def hac(series):
    """Ordinary least squares with Newey and West's errors over three months, t distribution."""
    fit = sm.OLS(series, design(len(series))).fit(cov_type="HAC", cov_kwds={"maxlags": 3}, use_t=True)
    return fit.pvalues[2]


def gls(series):
    """AR(1) by iterated Cochrane and Orcutt (GLSAR), t distribution."""
    return sm.GLSAR(series, design(len(series)), rho=1).iterative_fit(8).pvalues[2]


def local_level(series, random=np.random.default_rng(2026)):
    """CausalImpact's own model without other series (Brodersen and others 2015): a local level fitted to the time
    before by maximum likelihood instead of sampling, forecast over the time after; the mean beyond 19 in 20 of it."""
    half = len(series) // 2
    before = (series[:half] - series[:half].mean()) / series[:half].std()
    after = (series[half:] - series[:half].mean()) / series[:half].std()
    fit = sm.tsa.UnobservedComponents(before, "local level").fit(disp=0)
    state = fit.filtered_state[0, -1] + np.sqrt(fit.filtered_state_cov[0, 0, -1]) * random.standard_normal(500)
    irregular, level = np.sqrt(np.maximum(fit.params, 0))
    walk = state[:, None] + np.cumsum(level * random.standard_normal((500, len(after))), axis=1)
    means = (walk + irregular * random.standard_normal((500, len(after)))).mean(axis=1)
    above = (means >= after.mean()).mean()
    return 2 * min(above, 1 - above)


def main(folder, count):
    print("method\tmonths\tshape\tnoise\tchange\tseries\tcalled a step\twith a trend")
    methods = {"t-test": (t_test, count), "OLS with HAC errors": (hac, count), "GLSAR": (gls, count)}
    paths = [path for path in pathlib.Path(folder).glob("*.csv") if int(path.name.split(",")[0]) < 1000]
    for path in sorted(paths, key=lambda path: int(path.name.split(",")[0])):
        _, cell = path.stem.split(", ", 1)
        is_still = cell.endswith("step 0")
        here = dict(methods) if is_still else {}
        # The one that holds its rate in some cells: what it finds there.
        if "normal" in cell and (is_still or cell.endswith(("step 1.5", "step 2"))):
            here["local level"] = (local_level, min(count, 200))
        values = np.loadtxt(path, delimiter=",", max_rows=count) if here else []
        for name, (method, most) in here.items():
            called = f"{np.mean([method(series) < 0.05 for series in values[:most]]):.3f}"
            risen = ""
            if is_still and "normal" in cell and method in (t_test, local_level):
                trend = 0.05 * np.arange(values.shape[1])
                risen = f"{np.mean([method(series + trend) < 0.05 for series in values[:most]]):.3f}"
            print(name, *cell.split(", "), min(most, len(values)), called, risen, sep="\t", flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 1000)
