"""Allowed connections, computed from the network policies as the cluster's plug-in does."""

from collections.abc import Iterator

from tests.kubernetes.rendered import Manifest, named, workloads

Labels = dict[str, str]
Edge = tuple[str, str, int]
PRIVATE = {"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "127.0.0.0/8", "100.64.0.0/10"}


def allowed_connections(objects: list[Manifest]) -> set[Edge]:
    """Every allowed (from, to, port); namespaces and address blocks by their names."""
    labels = {name: workload["spec"]["template"]["metadata"]["labels"] for name, workload in workloads(objects).items()}
    policies = list(named(objects, "NetworkPolicy").values())
    outgoing = {edge for name in labels for edge in _allowed(name, labels, policies, "Egress")}
    ingress = (edge for name in labels for edge in _allowed(name, labels, policies, "Ingress"))
    incoming = {(peer_name, name, port) for name, peer_name, port in ingress}
    # Between two pods both policies must agree; for outside peers, only ours are known.
    outside = {(source, target, port) for source, target, port in outgoing if target not in labels}
    outside |= {(source, target, port) for source, target, port in incoming if source not in labels}
    return (outgoing & incoming) | outside


def denies_by_default(objects: list[Manifest]) -> bool:
    """True when a policy denies, for every pod and both ways, what no other policy allows."""
    deny_all = {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    return any(policy["spec"] == deny_all for policy in named(objects, "NetworkPolicy").values())


def _allowed(name: str, labels: dict[str, Labels], policies: list[Manifest], direction: str) -> Iterator[Edge]:
    rules, peers = ("ingress", "from") if direction == "Ingress" else ("egress", "to")
    for policy in policies:
        spec = policy["spec"]
        if direction not in spec["policyTypes"] or not _selects(spec["podSelector"], labels[name]):
            continue
        for rule in spec.get(rules, []):
            for peer in rule[peers]:
                for peer_name in _names(peer, labels):
                    yield from ((name, peer_name, port["port"]) for port in rule["ports"])


def _names(peer: Manifest, labels: dict[str, Labels]) -> list[str]:
    if "ipBlock" in peer:
        return ["the public internet" if set(peer["ipBlock"]["except"]) >= PRIVATE else "any address"]
    if "namespaceSelector" in peer:
        return [f"namespace {peer['namespaceSelector']['matchLabels']['kubernetes.io/metadata.name']}"]
    return [name for name, pod_labels in labels.items() if _selects(peer["podSelector"], pod_labels)]


def _selects(selector: Manifest, labels: Labels) -> bool:
    for expression in selector.get("matchExpressions", []):
        assert expression["operator"] == "In", "unknown operator"
        if labels.get(expression["key"]) not in expression["values"]:
            return False
    return bool(selector.get("matchLabels", {}).items() <= labels.items())
