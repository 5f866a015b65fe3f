#!/usr/bin/env python3
"""Figures that the learners and metrics are tested against.

Writes blobs.csv, learners.json and metrics.json beside itself. Needs numpy, scipy,
scikit-learn 1.9 and lir 1.3 (pip install scikit-learn scipy lir).
"""

import json
from pathlib import Path

import numpy as np
import scipy.stats
from lir.algorithms.bayeserror import elub
from lir.data.models import LLRData
from lir.metrics import cllr, cllr_min
from sklearn.datasets import make_classification
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import (
    accuracy_score,
    balanced_accuracy_score,
    confusion_matrix,
    log_loss,
    roc_auc_score,
    roc_curve,
)
from sklearn.neural_network import MLPClassifier
from sklearn.svm import SVC

HERE = Path(__file__).parent
N_TRAIN = 700
N_LABELS = 4


def write(name, figures):
    (HERE / name).write_text(json.dumps(figures, indent=1) + "\n")


def learners():
    """Overlapping clusters with label noise, standardised; the first N_TRAIN rows train."""
    x, y = make_classification(
        n_samples=1400, n_features=10, n_informative=6, n_redundant=2, n_classes=N_LABELS,
        n_clusters_per_class=2, class_sep=1.2, flip_y=0.05, weights=[0.5, 0.25, 0.15, 0.1],
        random_state=3,
    )
    x = np.round((x - x[:N_TRAIN].mean(0)) / x[:N_TRAIN].std(0), 3)
    header = ",".join(["label"] + [f"x{i}" for i in range(x.shape[1])])
    np.savetxt(HERE / "blobs.csv", np.column_stack([y, x]), delimiter=",", fmt="%g",
               header=header, comments="")
    train, test = slice(0, N_TRAIN), slice(N_TRAIN, None)

    l2 = 0.01
    logistic = LogisticRegression(C=1 / (l2 * N_TRAIN), tol=1e-10, max_iter=10000)
    logistic.fit(x[train], y[train])
    figures = {
        "n_train": N_TRAIN,
        "n_labels": N_LABELS,
        "logistic": {
            "l2": l2,
            "coefficients": logistic.coef_.tolist(),
            "intercepts": logistic.intercept_.tolist(),
            "probabilities": logistic.predict_proba(x[test][:25]).tolist(),
        },
    }
    balance = {k: N_TRAIN / (N_LABELS * np.sum(y[train] == k)) for k in range(N_LABELS)}
    weights = np.array([balance[k] for k in y[train]])
    weighted = LogisticRegression(C=1 / (l2 * N_TRAIN), tol=1e-10, max_iter=10000)
    weighted.fit(x[train], y[train], sample_weight=weights)
    figures["weighted_logistic"] = {
        "label_weights": [float(balance[k]) for k in range(N_LABELS)],
        "log_loss": log_loss(y[test], weighted.predict_proba(x[test])),
        "balanced_accuracy": balanced_accuracy_score(y[test], weighted.predict(x[test])),
    }
    peers = {
        "boosting": HistGradientBoostingClassifier(
            max_iter=100, learning_rate=0.1, max_leaf_nodes=16, max_depth=5, max_bins=63,
            l2_regularization=1.0, early_stopping=False, random_state=0),
        "perceptron": MLPClassifier(
            hidden_layer_sizes=(64,), alpha=1e-3, max_iter=150, batch_size=64, random_state=0),
        "svm": SVC(C=1.0, gamma=0.1, probability=False, random_state=0),
    }
    for name, peer in peers.items():
        peer.fit(x[train], y[train])
        figures[name] = {"accuracy": accuracy_score(y[test], peer.predict(x[test]))}
        if hasattr(peer, "predict_proba"):
            figures[name]["log_loss"] = log_loss(y[test], peer.predict_proba(x[test]))
    write("learners.json", figures)


def detection(rng):
    truth = rng.random(200) < 0.3
    scores = np.round(rng.normal(size=200) + 1.2 * truth, 1)  # rounding makes ties
    far, recall, _ = roc_curve(truth, scores, drop_intermediate=False)
    return {
        "scores": scores.tolist(),
        "truth": truth.tolist(),
        "auc": roc_auc_score(truth, scores),
        "recall_at": [[rate, float(recall[far <= rate].max())] for rate in (0.0, 0.01, 0.1, 0.5)],
    }


def labelling(rng):
    truth = rng.integers(0, 4, 120)
    raw = rng.normal(size=(120, 4)) + 1.5 * np.eye(4)[truth]
    p = np.exp(raw) / np.exp(raw).sum(1, keepdims=True)
    said = p.argmax(1)
    return {
        "probabilities": p.tolist(),
        "truth": truth.tolist(),
        "confusion": confusion_matrix(truth, said).tolist(),
        "balanced_accuracy": balanced_accuracy_score(truth, said),
        "log_loss": log_loss(truth, p),
        "brier": float(((p - np.eye(4)[truth]) ** 2).sum(1).mean()),
    }


def intervals():
    cases = [(0, 24), (1, 24), (23, 24), (24, 24), (3, 1000), (510, 1000), (7, 9), (1, 1)]
    out = []
    for hits, n in cases:
        for confidence in (0.9, 0.95, 0.99):
            ci = scipy.stats.binomtest(hits, n).proportion_ci(confidence, method="exact")
            out.append([hits, n, confidence, float(ci.low), float(ci.high)])
    return out


def ratios(rng):
    """log10 LRs: well calibrated, overconfident, misleading, separated, few."""
    out = []
    for scale, shift, n1, n0 in [(1, 0, 60, 200), (3, 0, 60, 200), (1, 2, 40, 40), (8, 0, 15, 300),
                                 (1, 0, 6, 9)]:
        h1 = np.concatenate([np.ones(n1), np.zeros(n0)])
        natural = rng.normal(np.where(h1 == 1, 2, -2), 2)  # N(+-2, 4): log LR of itself
        llr = np.round((scale * natural + shift) / np.log(10), 3)
        data = LLRData(features=llr.reshape(-1, 1), labels=h1)
        lower, upper = elub(llr.copy(), h1)
        out.append({
            "log10_lrs": llr.tolist(), "is_h1": (h1 == 1).tolist(), "cllr": cllr(data),
            "cllr_min": cllr_min(data), "elub": [float(lower), float(upper)],
        })
    return out


def isotonic(rng):
    y, w = rng.normal(size=40) + np.linspace(0, 2, 40), rng.random(40) + 0.1
    fitted = IsotonicRegression().fit_transform(np.arange(40), y, sample_weight=w)
    return {"targets": y.tolist(), "weights": w.tolist(), "fitted": fitted.tolist()}


def main():
    learners()
    rng = np.random.default_rng(5)
    write("metrics.json", {
        "detection": detection(rng), "labelling": labelling(rng), "clopper_pearson": intervals(),
        "ratios": ratios(rng), "isotonic": isotonic(rng),
    })


if __name__ == "__main__":
    main()
