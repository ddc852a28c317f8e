"""Who reaches whom, computed from the network policies as the cluster's plug-in does."""

from collections.abc import Iterator

from tests.kubernetes.rendered import Manifest, named, workloads

Labels = dict[str, str]
Edge = tuple[str, str, int]
PRIVATE = {"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "127.0.0.0/8", "100.64.0.0/10"}


def reach(objects: list[Manifest]) -> set[Edge]:
    """Every (from, to, port) that is allowed; namespaces and address blocks by their own name."""
    labels = {name: one["spec"]["template"]["metadata"]["labels"] for name, one in workloads(objects).items()}
    policies = list(named(objects, "NetworkPolicy").values())
    out = {edge for name in labels for edge in _allowed(name, labels, policies, "Egress")}
    into = {(other, name, port) for name in labels for name, other, port in _allowed(name, labels, policies, "Ingress")}
    # Between two pods both must agree; of what lies outside, our policies are all there is to see.
    outside = {edge for edge in out if edge[1] not in labels} | {edge for edge in into if edge[0] not in labels}
    return (out & into) | outside


def closed(objects: list[Manifest]) -> bool:
    """True when a policy refuses, for every pod and both ways, what no other one allows."""
    nothing = {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    return any(one["spec"] == nothing for one in named(objects, "NetworkPolicy").values())


def _allowed(name: str, labels: dict[str, Labels], policies: list[Manifest], way: str) -> Iterator[Edge]:
    rules, peers = ("ingress", "from") if way == "Ingress" else ("egress", "to")
    for policy in policies:
        spec = policy["spec"]
        if way not in spec["policyTypes"] or not _selects(spec["podSelector"], labels[name]):
            continue
        for rule in spec.get(rules, []):
            for peer in rule[peers]:
                for other in _names(peer, labels):
                    yield from ((name, other, port["port"]) for port in rule["ports"])


def _names(peer: Manifest, labels: dict[str, Labels]) -> list[str]:
    if "ipBlock" in peer:
        return ["the public internet" if set(peer["ipBlock"]["except"]) >= PRIVATE else "any address"]
    if "namespaceSelector" in peer:
        return [f"namespace {peer['namespaceSelector']['matchLabels']['kubernetes.io/metadata.name']}"]
    return [name for name, has in labels.items() if _selects(peer["podSelector"], has)]


def _selects(selector: Manifest, labels: Labels) -> bool:
    for wanted in selector.get("matchExpressions", []):
        assert wanted["operator"] == "In", "another operator than this reads"
        if labels.get(wanted["key"]) not in wanted["values"]:
            return False
    return bool(selector.get("matchLabels", {}).items() <= labels.items())
