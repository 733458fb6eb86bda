"""Nodes that take minutes to come, replicas on them, and people on those."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Hardware:
    places: int
    """People that a replica holds."""
    replicas_a_node: int
    gpus_a_node: int = 1
    node_start_s: float = 240.0
    replica_start_s: float = 30.0
    node_idle_s: float = 300.0
    """How long a node without replicas is kept."""


@dataclass(slots=True, eq=False)
class Node:
    ready_s: float
    replicas: int = 0
    empty_since_s: float = 0.0


@dataclass(slots=True, eq=False)
class Replica:
    node: Node
    ready_s: float
    held: int = 0
    leaving: bool = False


@dataclass(slots=True)
class Fleet:
    hardware: Hardware
    nodes: list[Node] = field(default_factory=list)
    replicas: list[Replica] = field(default_factory=list)

    @property
    def asked(self) -> int:
        return sum(not replica.leaving for replica in self.replicas)

    def running(self, now_s: float) -> list[Replica]:
        return [r for r in self.replicas if not r.leaving and r.ready_s <= now_s]

    def ask(self, count: int, now_s: float) -> None:
        """Have so many replicas, as soon as there are nodes for them. One that leaves ends first
        what it holds."""
        while self.asked < count:
            self._add(now_s)
        staying = [replica for replica in self.replicas if not replica.leaving]
        staying.sort(key=lambda replica: (replica.ready_s <= now_s, replica.held))
        for replica in staying[: max(0, len(staying) - count)]:
            replica.leaving = True
        self._clear(now_s)

    def seat(self, now_s: float) -> Replica | None:
        """Take a place on the replica that holds the fewest."""
        free = [r for r in self.running(now_s) if r.held < self.hardware.places]
        chosen = min(free, key=lambda replica: replica.held, default=None)
        if chosen is not None:
            chosen.held += 1
        return chosen

    def leave(self, replica: Replica, now_s: float) -> None:
        replica.held -= 1
        if replica.leaving:
            self._clear(now_s)

    def gpus(self) -> int:
        return len(self.nodes) * self.hardware.gpus_a_node

    def _add(self, now_s: float) -> None:
        room = [n for n in self.nodes if n.replicas < self.hardware.replicas_a_node]
        if not room:
            room = [Node(now_s + self.hardware.node_start_s)]
            self.nodes += room
        node = min(room, key=lambda node: node.ready_s)
        node.replicas += 1
        ready_s = max(now_s, node.ready_s) + self.hardware.replica_start_s
        self.replicas.append(Replica(node, ready_s))

    def _clear(self, now_s: float) -> None:
        for replica in [r for r in self.replicas if r.leaving and not r.held]:
            self.replicas.remove(replica)
            replica.node.replicas -= 1
            replica.node.empty_since_s = now_s
        kept_s = self.hardware.node_idle_s
        self.nodes = [n for n in self.nodes if n.replicas or now_s - n.empty_since_s < kept_s]
